import { createHmac } from 'node:crypto';
import type { AuditEvent } from '@org/sso-core';
import type { HttpTransport } from '@org/sso-core/http';
import type { Harness } from '@org/sso-contract';
import { startWorkosEmulator } from '@org/sso-emulators';
import { createWorkos } from '@org/sso-workos';
import { createEmulatedHarness } from './emulated.js';

/** The age of an environment decides what becomes of directory users who are deactivated. */
export async function createWorkosHarness(
  inactiveUsers: 'deleted' | 'kept',
  transport?: HttpTransport,
): Promise<Harness> {
  const emulator = await startWorkosEmulator({
    seed: { organizations: [] },
    inactiveUsers,
    rateLimits: true,
    webhooks: { automatic: false },
  });
  const { url, clientId, apiKey, control } = emulator;

  async function call(method: string, path: string): Promise<{ data: { id: string }[] }> {
    const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${apiKey}` } });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
    return response.json() as Promise<{ data: { id: string }[] }>;
  }

  return createEmulatedHarness({
    name: `WorkOS adapter on the emulator (inactive users ${inactiveUsers})`,
    control,
    secret: apiKey,
    transport,
    createProvider: ({ secret, webhookSecrets: secrets, ...settings }) =>
      createWorkos({
        baseUrl: url,
        clientId,
        apiKey: secret,
        events: { inactiveUsers },
        webhooks: { secrets },
        ...settings,
      }),
    tokenPath: '/sso/token',
    statusFields: (status) => ({ status }),
    unrecognized: {
      connection: { state: 'hibernating', connection_type: 'BrandNewQUANTUM' },
      directory: { state: 'hibernating', type: 'brand new quantum' },
      person: { state: 'on_sabbatical' },
    },
    emptyPage: (cursor) => ({ object: 'list', data: [], list_metadata: { before: null, after: cursor } }),
    directoryFields: (status) => ({ state: status === 'active' ? 'linked' : 'unlinked' }),
    // The key is the secret as it is displayed [N].
    signWebhook: (body, secret, timestamp) => ({
      'workos-signature': `t=${timestamp}, v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`,
    }),
    timestampUnitMs: 1,
    unreadableEvent: (unreadable, organizationId) => ({
      event: unreadable === 'type' ? 'planet.aligned' : 'dsync.user.created',
      data: { colour: 'blue', organization_id: organizationId },
    }),
    auditEvents: async (organizationId) =>
      (await control.auditEvents(organizationId)).map(({ event }) => fromWire(event)),
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

/** An event as it was sent, in the neutral spelling. */
function fromWire({
  occurred_at: occurredAt,
  context,
  ...event
}: Readonly<Record<string, unknown>>): AuditEvent {
  const { user_agent: userAgent, ...place } = context as Readonly<Record<string, unknown>>;
  return {
    ...event,
    occurredAt,
    context: { ...place, ...(userAgent !== undefined && { userAgent }) },
  } as unknown as AuditEvent;
}
