import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider, type MemoryProvider } from '@org/sso-core/testing';
import type { Harness, WebhookMessage } from './harness.js';

export interface MemoryHarnessOptions {
  readonly name?: string;
  /** Changes the provider before it is tested: takes facets away, wraps it, breaks it. */
  readonly change?: (provider: MemoryProvider, now: () => number) => SsoProvider;
}

const webhookSecrets = {
  first: 'memory-webhook-secret-1',
  second: 'memory-webhook-secret-2',
  foreign: 'webhook-secret-of-another-endpoint',
};

/** The in-memory reference provider as a target. There is no wire, so cases about faults on it are not run. */
export function createMemoryHarness({
  name = 'memory',
  change = (provider) => provider,
}: MemoryHarnessOptions = {}): Harness {
  let offsetMs = 0;
  let unreadableEvents = 0;
  const now = () => Date.now() + offsetMs;
  const { provider, world } = createMemoryProvider({
    now,
    webhookSecrets: [webhookSecrets.first, webhookSecrets.second],
  });
  const delivered: WebhookMessage[] = [];
  return {
    name,
    provider: change(provider, now),
    redirectUri: 'http://localhost:3000/auth/memory/callback',
    secrets: Object.values(webhookSecrets),
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
      auditEvents: (organizationId) => world.auditEvents(organizationId),
      acceptInvitation: (invitation) => world.acceptInvitation(invitation),
      directories: {
        createDirectory: (directory) => world.createDirectory(directory).id,
        createUnrecognizedDirectory: (organizationId) =>
          world.createDirectory({
            organizationId,
            identityProvider: 'brand-new',
            type: 'quantum',
            status: 'unknown',
            vendorStatus: 'hibernating',
          }).id,
        hire: (directoryId, person) => world.hire(directoryId, person).id,
        hireUnrecognized: (directoryId, person) =>
          world.hire(directoryId, { ...person, status: 'unknown', vendorStatus: 'on_sabbatical' }).id,
        changePerson: (_, userId, changes) => void world.changePerson(userId, changes),
        deactivatePerson: (_, userId) => void world.changePerson(userId, { status: 'inactive' }),
        deletePerson: (_, userId) => world.deletePerson(userId),
        createGroup: (directoryId, groupName) => world.createGroup(directoryId, groupName).id,
        addMember: (_, groupId, userId) => world.addMember(groupId, userId),
        removeMember: (_, groupId, userId) => world.removeMember(groupId, userId),
      },
      webhooks: {
        async delivered() {
          await world.deliverWebhooks(async (request) => {
            delivered.push({ headers: Object.fromEntries(request.headers), body: await request.text() });
            return new Response();
          });
          return delivered;
        },
        sign: (body, { secret = 'first', timestamp = now() } = {}) =>
          world.signWebhook(body, { secret: webhookSecrets[secret], timestamp: String(timestamp) }),
      },
      recordUnreadableEvent(organizationId, unreadable) {
        const id = `unreadable_${(unreadableEvents += 1)}`;
        const type = unreadable === 'type' ? 'planet.aligned' : 'directory.user.created';
        const occurredAt = new Date(now()).toISOString();
        world.recordEvent({ id, type, occurredAt, organizationId, data: { colour: 'blue' } });
        return id;
      },
    },
    traffic: {
      record() {
        const before = world.calls.length;
        return () =>
          world.calls.slice(before).map(({ operation, input }) => ({
            method: 'CALL',
            path: operation,
            body: JSON.stringify(input) ?? '',
          }));
      },
    },
    clock: {
      now,
      advance(milliseconds) {
        offsetMs += milliseconds;
      },
    },
    withWebhookSecrets: (secrets) => createMemoryProvider({ now, webhookSecrets: secrets }).provider,
    notRun: {
      ...Object.fromEntries(
        withoutWire.map((id) => [id, 'there is no wire that could break, and no credential']),
      ),
      ...Object.fromEntries(withoutSignature.map((id) => [id, 'tokens are looked up, not signed'])),
    },
    dispose() {},
  };
}

const withoutWire = [
  'LOGIN-45',
  'LOGIN-46',
  'ORG-11',
  'ORGADM-12',
  'ORGADM-13',
  'USER-17',
  'DIR-14',
  'AUDIT-10',
  'AUDIT-11',
  'EVENT-12',
  'LIST-05',
  'LIST-06',
  ...Array.from({ length: 13 }, (_, index) => `ERR-${String(index + 2).padStart(2, '0')}`),
  'ERR-17',
  'SECRET-01',
  'SECRET-02',
];

const withoutSignature = ['LOGIN-91', 'LOGIN-92'];
