import { connectionId as toConnectionId, organizationId as toOrganizationId } from '@org/sso-core';
import type { SsoProvider } from '@org/sso-core/provider';
import type { Harness, NewConnection } from '@org/sso-contract';
import type { ControlClient, SeedConnection } from '@org/sso-emulators';

/** What differs between the two emulators, seen from a neutral world. */
export interface EmulatedTarget {
  readonly name: string;
  readonly control: ControlClient;
  readonly secret: string;
  readonly createProvider: (settings: {
    readonly secret: string;
    readonly now: () => number;
    readonly http: { readonly retryDelayMs: number };
  }) => SsoProvider;
  /** Path of the token endpoint. */
  readonly tokenPath: string;
  /** A status in the vendor's words. */
  readonly statusFields: (status: NewConnection['status']) => Partial<SeedConnection>;
  /** Wire fields with words nobody knows yet. */
  readonly unrecognized: Readonly<Record<string, unknown>>;
  readonly acceptInvitation?: (organizationId: string, email: string) => Promise<void>;
  readonly tellsIdpId: boolean;
  readonly notRun: Harness['notRun'];
  readonly close: () => Promise<void>;
}

/** Binds an adapter to its vendor's emulator: the world works through the control API, never through the adapter. */
export function createEmulatedHarness(target: EmulatedTarget): Harness {
  const { control, secret, acceptInvitation } = target;
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const createProvider = (key: string) =>
    target.createProvider({ secret: key, now, http: { retryDelayMs: 5 } });
  const provider = createProvider(secret);
  const vendorId = (id: string) => id.slice(provider.id.length + 1);
  const qualified = (id: string) => `${provider.id}:${id}`;

  return {
    name: target.name,
    provider,
    redirectUri: `http://localhost:3000/auth/${provider.id}/callback`,
    secrets: [secret],
    notRun: target.notRun,
    ...(target.tellsIdpId && { tellsIdpId: true }),
    withSecret: createProvider,
    world: {
      async createOrganization({ domains = [], ...organization }) {
        const { id } = await control.createOrganization({ ...organization, domains });
        return toOrganizationId(qualified(id));
      },
      async createConnection({ status, ...connection }) {
        const { id } = await control.createConnection({
          ...connection,
          ...target.statusFields(status),
          organizationId: vendorId(connection.organizationId),
        });
        return toConnectionId(qualified(id));
      },
      async createUnrecognizedConnection(organizationId) {
        const { id } = await control.createConnection({
          organizationId: vendorId(organizationId),
          protocol: 'saml',
          identityProvider: 'generic',
          vendorFields: target.unrecognized,
        });
        return toConnectionId(qualified(id));
      },
      signIn: (url, answer) => control.signIn(url, answer),
      async startFromIdentityProvider({ connectionId, ...login }) {
        return (await control.startFromIdentityProvider(vendorId(connectionId), login)).location;
      },
      ...(acceptInvitation && {
        acceptInvitation: ({ organizationId, email }) => acceptInvitation(vendorId(organizationId), email),
      }),
    },
    traffic: { requests: () => control.traffic() },
    faults: {
      next: ({ target: where = 'api', ...fault }) =>
        control.addFault({
          ...fault,
          match: { path: where === 'code_exchange' ? `^${target.tokenPath}$` : `^(?!${target.tokenPath}$)` },
        }),
      clear: () => control.clearFaults(),
    },
    clock: {
      now,
      async advance(milliseconds) {
        offsetMs += milliseconds;
        await control.advanceClock(milliseconds);
      },
    },
    dispose: target.close,
  };
}
