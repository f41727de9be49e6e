import type { Harness } from '@org/sso-contract';
import { startWorkosEmulator } from '@org/sso-emulators';
import { createWorkos } from '@org/sso-workos';
import { createEmulatedHarness } from './emulated.js';

export async function createWorkosHarness(): Promise<Harness> {
  const emulator = await startWorkosEmulator({ seed: { organizations: [] } });
  const { url, clientId, apiKey, control } = emulator;

  async function call(method: string, path: string): Promise<{ data: { id: string }[] }> {
    const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${apiKey}` } });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
    return response.json() as Promise<{ data: { id: string }[] }>;
  }

  return createEmulatedHarness({
    name: 'WorkOS adapter on the emulator',
    control,
    secret: apiKey,
    createProvider: ({ secret, ...settings }) =>
      createWorkos({ baseUrl: url, clientId, apiKey: secret, ...settings }),
    tokenPath: '/sso/token',
    statusFields: (status) => ({ status }),
    unrecognized: { state: 'hibernating', connection_type: 'BrandNewQUANTUM' },
    async acceptInvitation(organizationId, email) {
      const query = new URLSearchParams({ organization_id: organizationId, email });
      const [invitation] = (await call('GET', `/user_management/invitations?${query}`)).data;
      await call('POST', `/user_management/invitations/${invitation?.id}/accept`);
    },
    tellsIdpId: true,
    notRun: {},
    close: () => emulator.close(),
  });
}
