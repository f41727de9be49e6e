import { createHash } from 'node:crypto';
import { startWorkosEmulator, type WorkosEmulator } from '@org/sso-emulators';
import { WorkOS } from '@workos-inc/node';
import { seed } from './seed.js';

/** The official SDK as a client of the emulator. */
export interface WorkosWorld {
  readonly emulator: WorkosEmulator;
  readonly workos: WorkOS;
  readonly acme: { readonly id: string };
  readonly globex: { readonly id: string };
  readonly okta: { readonly id: string };
  readonly directory: { readonly id: string };
  /** Signs a person in by the authorization URL and answers the code of the callback. */
  signIn(authorizationUrl: string): Promise<string>;
  close(): Promise<void>;
}

export const redirectUri = 'http://localhost:3000/callback';

/** Time stands still, so that a reset emulator has the same ids. `fetchFn` makes the SDK's requests. */
export async function createWorkosWorld(fetchFn: typeof fetch = fetch): Promise<WorkosWorld> {
  const emulator = await startWorkosEmulator({
    seed,
    clock: '2026-03-01T12:00:00.000Z',
    webhooks: { automatic: false },
  });
  const { hostname, port } = new URL(emulator.url);
  const [first, second] = emulator.organizations();
  const [okta] = emulator.connections();
  const [directory] = emulator.directories();
  if (!first || !second || !okta || !directory) throw new Error('the seed lacks an object');
  return {
    emulator,
    workos: new WorkOS(emulator.apiKey, {
      clientId: emulator.clientId,
      apiHostname: hostname,
      port: Number(port),
      https: false,
      fetchFn,
    }),
    acme: first,
    globex: second,
    okta,
    directory,
    async signIn(authorizationUrl) {
      const callback = await emulator.control.signIn(authorizationUrl, { email: 'ada@acme.example' });
      return new URL(callback).searchParams.get('code') ?? '';
    },
    close: () => emulator.close(),
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
