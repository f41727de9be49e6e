import type { Harness } from '@org/sso-contract';
import { startScalekitEmulator } from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createEmulatedHarness } from './emulated.js';

export async function createScalekitHarness(): Promise<Harness> {
  const emulator = await startScalekitEmulator({ seed: { organizations: [] } });
  const { url, clientId, clientSecret, control, close } = emulator;
  return createEmulatedHarness({
    name: 'Scalekit adapter on the emulator',
    control,
    secret: clientSecret,
    createProvider: ({ secret, ...settings }) =>
      createScalekit({ environmentUrl: url, clientId, clientSecret: secret, ...settings }),
    tokenPath: '/oauth/token',
    statusFields: (status) => ({
      status: status === 'draft' ? 'DRAFT' : 'COMPLETED',
      enabled: status === 'active',
    }),
    unrecognized: { status: 'HIBERNATING', type: 'QUANTUM', provider: 'BRAND_NEW' },
    notRun: { 'USER-13': 'The emulator has no invitation page to accept on.' },
    close,
  });
}
