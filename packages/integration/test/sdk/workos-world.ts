import { createHash } from 'node:crypto';
import { defaultSeed, startWorkosEmulator, type WorkosEmulator } from '@org/sso-emulators';
import { WorkOS } from '@workos-inc/node';

const [acme, ...others] = defaultSeed.organizations ?? [];
if (!acme) throw new Error('the default seed has no organization');

/** The default seed, and a directory of Acme's with Ada and Ben, Ada in Engineering. */
const seed = {
  ...defaultSeed,
  organizations: [
    {
      ...acme,
      directories: [
        {
          name: 'Acme Okta SCIM',
          identityProvider: 'okta' as const,
          users: [
            {
              id: '00u1ada',
              email: 'ada@acme.example',
              firstName: 'Ada',
              lastName: 'Adams',
              title: 'Engineer',
              groups: ['Engineering'],
              attributes: { cost_center: 'R&D' },
            },
            { id: '00u2ben', email: 'ben@acme.example', firstName: 'Ben' },
          ],
        },
      ],
    },
    ...others,
  ],
};

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
