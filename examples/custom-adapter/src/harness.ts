import { createObservedTransport, type Harness, type NewConnection } from '@org/sso-contract';
import { createProviderIds } from '@org/sso-core/provider';
import { createInhouse } from './inhouse.js';
import { startService } from './service.js';

const ids = createProviderIds('inhouse');
const states = { active: 'on', inactive: 'off', draft: 'setup' } as const satisfies Record<
  NewConnection['status'],
  string
>;

/** The adapter and the service it speaks to, for the contract suite. */
export async function createHarness(): Promise<Harness> {
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const service = await startService({ now });
  const { transport, traffic, faults } = createObservedTransport({ tokenPath: '/token' });
  const withSecret = (apiKey: string) =>
    createInhouse({
      baseUrl: service.url,
      clientId: service.clientId,
      apiKey,
      now,
      http: { transport, retryDelayMs: 5 },
    });

  return {
    name: 'in-house identity service',
    provider: withSecret(service.apiKey),
    redirectUri: 'http://localhost:3000/auth/inhouse/callback',
    secrets: [service.apiKey],
    tellsIdpId: true,
    emptyPage: (nextCursor) => JSON.stringify({ items: [], next: nextCursor }),
    traffic,
    faults,
    withSecret,
    clock: {
      now,
      advance(milliseconds) {
        offsetMs += milliseconds;
      },
    },
    world: {
      createOrganization: ({ name, externalId = null }) =>
        ids.qualify(service.addOrganization({ name, tenant: externalId }).id),
      createConnection({ organizationId, protocol, identityProvider, status, domains, users }) {
        const wire = {
          organization: ids.strip(organizationId),
          label: identityProvider,
          kind: protocol,
          idp: identityProvider,
          state: states[status],
          domains,
        };
        return ids.qualify(service.addConnection(wire, users).id);
      },
      createUnrecognizedConnection(organizationId) {
        const words = { label: 'New', kind: 'quantum', idp: 'BrandNew', state: 'hibernating' };
        return ids.qualify(
          service.addConnection({ organization: ids.strip(organizationId), domains: [], ...words }, []).id,
        );
      },
      spoilToken: (_, flaw) => service.spoilToken(flaw === 'issuer' ? flaw : 'signature'),
      async signIn(url, answer) {
        const body = new URLSearchParams(answer);
        const response = await fetch(url, { method: 'POST', body, redirect: 'manual' });
        const callback = response.headers.get('location');
        if (callback === null) throw new Error(`the service answered ${response.status}`);
        return callback;
      },
    },
    notRun: {
      'LOGIN-51': 'the service knows no login that begins at the identity provider',
      'LOGIN-57': 'the service knows no login that begins at the identity provider',
    },
    dispose: () => service.close(),
  };
}
