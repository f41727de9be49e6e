/** Serves both vendors, each holding the same customers, until its parent is gone. */
import { startScalekitEmulator, startWorkosEmulator, type Seed } from '@org/sso-emulators';
import type { EmulatorFacts } from '../emulator.js';

export interface BothTask {
  /** With a verified domain and a connection each. */
  readonly organizations?: number;
  /** Of a directory in an organization of its own. */
  readonly directoryUsers?: number;
}

export interface BothFacts {
  readonly workos: EmulatorFacts;
  readonly scalekit: EmulatorFacts;
}

async function start({ organizations = 0, directoryUsers }: BothTask): Promise<BothFacts> {
  const seed: Seed = {
    organizations: Array.from({ length: organizations }, (_, index) => ({
      name: `Customer ${index}`,
      externalId: `tenant_${index}`,
      domains: [`customer-${index}.example`],
      connections: [{ protocol: 'saml', identityProvider: 'okta' }] as const,
    })),
    ...(directoryUsers !== undefined && { generate: { directoryUsers } }),
  };
  const workos = await startWorkosEmulator({ seed });
  const scalekit = await startScalekitEmulator({ seed });
  return {
    workos: {
      url: workos.url,
      controlUrl: workos.controlUrl,
      clientId: workos.clientId,
      secret: workos.apiKey,
    },
    scalekit: {
      url: scalekit.url,
      controlUrl: scalekit.controlUrl,
      clientId: scalekit.clientId,
      secret: scalekit.clientSecret,
    },
  };
}

process.once('disconnect', () => process.exit());
process.send!(await start(JSON.parse(process.argv[2]!) as BothTask));
