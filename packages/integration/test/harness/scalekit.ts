import { createHmac } from 'node:crypto';
import { withoutFacets, type Harness } from '@org/sso-contract';
import type { HttpTransport } from '@org/sso-core/http';
import { startScalekitEmulator } from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createEmulatedHarness } from './emulated.js';

/** An environment's mode decides who keeps users: Scalekit, or (modular) the app, which then does without the facet. */
export async function createScalekitHarness(
  mode: 'full-stack-auth' | 'modular-sso',
  transport?: HttpTransport,
): Promise<Harness> {
  const emulator = await startScalekitEmulator({
    seed: { organizations: [] },
    mode,
    webhooks: { automatic: false },
  });
  const { url, clientId, clientSecret, control } = emulator;
  return createEmulatedHarness({
    name: `Scalekit adapter on the emulator (${mode})`,
    control,
    secret: clientSecret,
    transport,
    createProvider({ secret, webhookSecrets: secrets, ...settings }) {
      const provider = createScalekit({
        environmentUrl: url,
        clientId,
        clientSecret: secret,
        webhooks: { secrets },
        ...settings,
      });
      return mode === 'full-stack-auth' ? provider : withoutFacets(provider, 'users');
    },
    tokenPath: '/oauth/token',
    statusFields: (status) => ({
      status: status === 'draft' ? 'DRAFT' : 'COMPLETED',
      enabled: status === 'active',
    }),
    unrecognized: {
      connection: { status: 'HIBERNATING', type: 'QUANTUM', provider: 'BRAND_NEW' },
      directory: {
        status: 'HIBERNATING',
        directory_type: 'QUANTUM',
        directory_provider: 'BRAND_NEW',
      },
      person: { user_detail: { active: 'on sabbatical' } },
    },
    emptyPage: (cursor) => ({
      organizations: [],
      next_page_token: cursor,
      prev_page_token: '',
      total_size: 0,
    }),
    directoryFields: (status) => ({ state: 'COMPLETED', enabled: status === 'active' }),
    // Standard Webhooks [D]: the key is the base64 text after the prefix.
    signWebhook(body, secret, timestamp) {
      const id = 'msg_contract';
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      return {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      };
    },
    timestampUnitMs: 1000,
    unreadableEvent: (unreadable, organizationId) => ({
      type: unreadable === 'type' ? 'planet.aligned' : 'organization.directory.user_created',
      organization_id: organizationId,
      data: { colour: 'blue' },
    }),
    tellsIdpId: mode === 'modular-sso',
    async acceptInvitation(organizationId, email) {
      const { id } = await control.createConnection({
        organizationId,
        protocol: 'saml',
        identityProvider: 'okta',
      });
      // The first login of an invited person accepts.
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: 'http://localhost:3000/welcome',
        scope: 'openid',
        connection_id: id,
      });
      await control.signIn(`${url}/oauth/authorize?${query}`, { email });
    },
    notRun:
      mode === 'full-stack-auth' ? { 'LOGIN-47': "`sub` is Scalekit's own user id in this mode [D]" } : {},
    close: () => emulator.close(),
  });
}
