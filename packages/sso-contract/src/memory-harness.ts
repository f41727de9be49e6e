import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider, type MemoryProvider } from '@org/sso-core/testing';
import type { Harness } from './harness.js';

export interface MemoryHarnessOptions {
  readonly name?: string;
  /** Changes the provider before it is tested: takes facets away, wraps it, breaks it. */
  readonly change?: (provider: MemoryProvider) => SsoProvider;
}

/** The in-memory reference provider as a target. There is no wire, so cases about faults on it are not run. */
export function createMemoryHarness({
  name = 'memory',
  change = (provider) => provider,
}: MemoryHarnessOptions = {}): Harness {
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const { provider, world } = createMemoryProvider({ now });
  return {
    name,
    provider: change(provider),
    redirectUri: 'http://localhost:3000/auth/memory/callback',
    secrets: [],
    tellsIdpId: true,
    world: {
      createOrganization: (organization) => world.createOrganization(organization).id,
      createConnection: (connection) => world.createConnection(connection).id,
      createUnrecognizedConnection: (organizationId) =>
        world.createConnection({
          organizationId,
          identityProvider: 'brand-new',
          protocol: 'unknown',
          status: 'unknown',
          vendorStatus: 'hibernating',
        }).id,
      signIn: (url, answer) => world.signIn(url, answer),
      startFromIdentityProvider: (login) => world.startFromIdentityProvider(login),
      acceptInvitation: (invitation) => world.acceptInvitation(invitation),
    },
    traffic: {
      requests: () =>
        world.calls.map(({ operation, input }) => ({
          method: 'CALL',
          path: operation,
          body: JSON.stringify(input) ?? '',
        })),
    },
    clock: {
      now,
      advance(milliseconds) {
        offsetMs += milliseconds;
      },
    },
    notRun: Object.fromEntries(
      withoutWire.map((id) => [id, 'there is no wire that could break, and no credential']),
    ),
    dispose() {},
  };
}

const withoutWire = [
  'LOGIN-45',
  'LOGIN-46',
  'ORGADM-12',
  ...Array.from({ length: 13 }, (_, index) => `ERR-${String(index + 2).padStart(2, '0')}`),
  'SECRET-01',
  'SECRET-02',
];
