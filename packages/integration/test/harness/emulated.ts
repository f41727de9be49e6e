import { createProviderIds, type SsoProvider } from '@org/sso-core/provider';
import type { AuditEvent } from '@org/sso-core';
import type { HttpTransport } from '@org/sso-core/http';
import type {
  Harness,
  NewConnection,
  NewDirectory,
  NewPerson,
  TokenFlaw,
  WebhookMessage,
} from '@org/sso-contract';
import type {
  ControlClient,
  DirectoryChanges,
  SeedConnection,
  SeedDirectoryUser,
  TamperOrder,
} from '@org/sso-emulators';
import { startWebhookSink } from './webhook-sink.js';

type WireFields = Readonly<Record<string, unknown>>;

/** What differs between the two emulators, seen from a neutral world. */
export interface EmulatedTarget {
  readonly name: string;
  readonly control: ControlClient;
  readonly secret: string;
  readonly createProvider: (settings: {
    readonly secret: string;
    readonly webhookSecrets: readonly string[];
    readonly now: () => number;
    readonly http: { readonly retryDelayMs: number; readonly transport?: HttpTransport };
  }) => SsoProvider;
  /** What sends. Default: the adapter's own. */
  readonly transport?: HttpTransport | undefined;
  /** Path of the token endpoint. */
  readonly tokenPath: string;
  /** A status in the vendor's words. */
  readonly statusFields: (status: NewConnection['status']) => Partial<SeedConnection>;
  /** Wire fields with words nobody knows yet. */
  readonly unrecognized: {
    readonly connection: WireFields;
    readonly directory: WireFields;
    readonly person: WireFields;
  };
  /** A page of organizations without any, and more behind it. */
  readonly emptyPage: (nextCursor: string) => WireFields;
  /** A directory's switch in the vendor's words. */
  readonly directoryFields: (status: NewDirectory['status']) => DirectoryChanges;
  /** The headers of a webhook with this body. `timestamp` as the header spells it. */
  readonly signWebhook: (body: string, secret: string, timestamp: string) => WebhookMessage['headers'];
  /** Milliseconds per unit of that timestamp. */
  readonly timestampUnitMs: number;
  /** On the wire: of a type nobody knows, or of a known one that tells a colour and nothing more. */
  readonly unreadableEvent: (unreadable: 'type' | 'data', organizationId: string) => WireFields;
  /** Where the vendor keeps audit logs. */
  readonly auditEvents?: (organizationId: string) => Promise<readonly AuditEvent[]>;
  readonly acceptInvitation?: (organizationId: string, email: string) => Promise<void>;
  readonly tellsIdpId: boolean;
  readonly notRun: Harness['notRun'];
  readonly close: () => Promise<void>;
}

const webhookSecrets = Object.fromEntries(
  ['first', 'second', 'foreign'].map((word) => [
    word,
    `whsec_${Buffer.from(`${word} endpoint, key of a webhook`).toString('base64')}`,
  ]),
) as Record<'first' | 'second' | 'foreign', string>;

function seedFields({
  jobTitle,
  address,
  ...person
}: Partial<Omit<NewPerson, 'id'>>): Partial<Omit<SeedDirectoryUser, 'id'>> {
  const { street, ...place } = address ?? {};
  const known = Object.entries({ ...place, streetAddress: street }).filter(([, value]) => value != null);
  return {
    ...person,
    ...(jobTitle !== undefined && { title: jobTitle }),
    ...(address && { address: Object.fromEntries(known) }),
  };
}

const tamperings = (now: () => number): Readonly<Record<TokenFlaw, Omit<TamperOrder, 'target'>>> => ({
  signature: { sign: 'unknown_key' },
  issuer: { claims: { iss: 'https://attacker.example' } },
  audience: { claims: { aud: ['another_client'] } },
  authorized_party: { claims: { azp: 'another_client' } },
  expiry: { claims: { exp: Math.floor(now() / 1000) - 3600 } },
  nonce: { claims: { nonce: 'n'.repeat(32) } },
  access_token_hash: { claims: { at_hash: 'A'.repeat(22) } },
});

/** Binds an adapter to its vendor's emulator: the world works through the control API, never through the adapter. */
export async function createEmulatedHarness(target: EmulatedTarget): Promise<Harness> {
  const { control, secret, transport, acceptInvitation, auditEvents } = target;
  const { first, second } = webhookSecrets;
  const sink = await startWebhookSink();
  await control.createWebhookEndpoint({ url: sink.url, secret: first });
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const createProvider = (key: string, secrets: readonly string[] = [first, second]) =>
    target.createProvider({
      secret: key,
      webhookSecrets: secrets,
      now,
      http: { retryDelayMs: 5, ...(transport && { transport }) },
    });
  const provider = createProvider(secret);
  const { strip, qualify } = createProviderIds(provider.id);

  return {
    name: target.name,
    provider,
    redirectUri: `http://localhost:3000/auth/${provider.id}/callback`,
    secrets: [secret, ...Object.values(webhookSecrets)],
    notRun: target.notRun,
    ...(target.tellsIdpId && { tellsIdpId: true }),
    withSecret: (key) => createProvider(key),
    emptyPage: (nextCursor) => JSON.stringify(target.emptyPage(nextCursor)),
    withWebhookSecrets: (secrets) => createProvider(secret, secrets),
    world: {
      async createOrganization({ domains = [], ...organization }) {
        const { id } = await control.createOrganization({ ...organization, domains });
        return qualify(id);
      },
      async createConnection({ status, ...connection }) {
        const { id } = await control.createConnection({
          ...connection,
          ...target.statusFields(status),
          organizationId: strip(connection.organizationId),
        });
        return qualify(id);
      },
      async createUnrecognizedConnection(organizationId) {
        const { id } = await control.createConnection({
          organizationId: strip(organizationId),
          protocol: 'saml',
          identityProvider: 'generic',
          vendorFields: target.unrecognized.connection,
        });
        return qualify(id);
      },
      signIn: (url, answer) => control.signIn(url, answer),
      spoilToken: (token, flaw) => control.tamper({ target: token, ...tamperings(now)[flaw] }),
      async startFromIdentityProvider({ connectionId, ...login }) {
        return (await control.startFromIdentityProvider(strip(connectionId), login)).location;
      },
      directories: {
        async createDirectory({ organizationId, status, ...directory }) {
          const { id } = await control.createDirectory({
            ...directory,
            ...target.directoryFields(status),
            organizationId: strip(organizationId),
          });
          return qualify(id);
        },
        async createUnrecognizedDirectory(organizationId) {
          const { id } = await control.createDirectory({
            organizationId: strip(organizationId),
            identityProvider: 'generic',
            vendorFields: target.unrecognized.directory,
          });
          return qualify(id);
        },
        async hire(directoryId, { id: idpId, ...person }) {
          const wire = await control.createDirectoryUser(strip(directoryId), {
            id: idpId,
            ...seedFields(person),
          });
          return qualify(wire.id);
        },
        async hireUnrecognized(directoryId, { id: idpId, ...person }) {
          const wire = await control.createDirectoryUser(strip(directoryId), {
            id: idpId,
            ...seedFields(person),
            vendorFields: target.unrecognized.person,
          });
          return qualify(wire.id);
        },
        async changePerson(directoryId, userId, changes) {
          await control.updateDirectoryUser(strip(directoryId), strip(userId), seedFields(changes));
        },
        async deactivatePerson(directoryId, userId) {
          await control.updateDirectoryUser(strip(directoryId), strip(userId), { active: false });
        },
        deletePerson: (directoryId, userId) => control.deleteDirectoryUser(strip(directoryId), strip(userId)),
        async createGroup(directoryId, name) {
          return qualify((await control.createDirectoryGroup(strip(directoryId), { name })).id);
        },
        addMember: (directoryId, groupId, userId) =>
          control.addDirectoryMember(strip(directoryId), strip(groupId), strip(userId)),
        removeMember: (directoryId, groupId, userId) =>
          control.removeDirectoryMember(strip(directoryId), strip(groupId), strip(userId)),
      },
      webhooks: {
        async delivered() {
          await control.flushWebhooks();
          return sink.received;
        },
        sign(body, { secret: which = 'first', timestamp = now() } = {}) {
          const spelt =
            typeof timestamp === 'number' ? Math.floor(timestamp / target.timestampUnitMs) : timestamp;
          return { headers: target.signWebhook(body, webhookSecrets[which], String(spelt)), body };
        },
      },
      recordUnreadableEvent: async (organizationId, unreadable) =>
        (await control.emitEvent(target.unreadableEvent(unreadable, strip(organizationId)))).id,
      ...(auditEvents && {
        auditEvents: (organizationId) => auditEvents(strip(organizationId)),
      }),
      ...(acceptInvitation && {
        acceptInvitation: ({ organizationId, email }) => acceptInvitation(strip(organizationId), email),
      }),
    },
    traffic: { record: () => control.recordTraffic() },
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
    async dispose() {
      await target.close();
      await sink.close();
    },
  };
}
