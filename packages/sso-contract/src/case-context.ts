import { randomBytes } from 'node:crypto';
import {
  createSso,
  type ClientFacets,
  type ConnectionId,
  type LoginSettings,
  type OrganizationId,
  type SsoHooks,
} from '@org/sso-core';
import { membersOf, type SsoProvider } from '@org/sso-core/provider';
import { createCheck, type Check } from './check.js';
import type { Clock, Faults, Harness, IdentityProviderUser, NewConnection, World } from './harness.js';

/** A client typed as if the provider had every facet: the runner has checked the ones a case requires. */
export type ContractClient = ClientFacets & { readonly provider: SsoProvider };

/** A customer with one connection, seeded out of band. */
export interface Tenant {
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
  /** Leads to the connection. */
  readonly domain: string;
  /** In the connection's identity provider. */
  readonly user: Required<IdentityProviderUser>;
}

/** What a case works with. Optional parts of the harness are there when the case `needs` them. */
export interface CaseContext extends Omit<
  Harness,
  'provider' | 'owner' | 'world' | 'faults' | 'clock' | 'withSecret' | 'withWebhookSecrets' | 'notRun'
> {
  readonly provider: Required<SsoProvider>;
  /** Whose ids, entities and logins these are: `provider`, unless it stands for several. */
  readonly owner: Required<SsoProvider>;
  readonly world: Required<World>;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly withSecret: (secret: string) => SsoProvider;
  readonly withWebhookSecrets: (secrets: readonly string[]) => SsoProvider;
  /** Milliseconds since the epoch by the harness's clock. */
  readonly now: () => number;
  readonly sso: ContractClient;
  readonly check: Check;
  /** Another client, with these differences. */
  readonly createClient: (options: {
    readonly provider?: SsoProvider;
    readonly login?: Partial<LoginSettings>;
    readonly hooks?: SsoHooks;
  }) => ContractClient;
  /** A word nobody used before, here or in an earlier run. */
  readonly unique: (word: string) => string;
  /** Without more said: an active SAML connection to Okta. */
  readonly createTenant: (
    connection?: Partial<Omit<NewConnection, 'organizationId' | 'domains' | 'users'>>,
  ) => Promise<Tenant>;
}

const sealingSecret = 'contract-suite-flow-sealing-secret-0001';

export function createCaseContext(harness: Harness): CaseContext {
  const { provider, owner = provider, world, redirectUri } = harness;
  const run = randomBytes(4).toString('hex');
  let names = 0;
  const now = () => harness.clock?.now() ?? Date.now();

  const redirectUriOf = (whose: SsoProvider) =>
    'children' in whose
      ? Object.fromEntries(
          membersOf(whose).map(({ id }) => [id, id === owner.id ? redirectUri : `${redirectUri}/${id}`]),
        )
      : redirectUri;

  const createClient: CaseContext['createClient'] = ({ login, hooks = {}, provider: other = provider }) =>
    createSso({
      provider: other,
      hooks,
      now,
      login: { secrets: [sealingSecret], redirectUri: redirectUriOf(other), now, ...login },
    }) as unknown as ContractClient;

  const unique = (word: string) => `${word}-${run}-${(names += 1)}`;

  return {
    ...(harness as Harness &
      Required<Pick<Harness, 'faults' | 'clock' | 'withSecret' | 'withWebhookSecrets'>>),
    provider: provider as Required<SsoProvider>,
    owner: owner as Required<SsoProvider>,
    world: world as Required<World>,
    now,
    sso: createClient({}),
    check: createCheck(harness),
    createClient,
    unique,
    async createTenant(connection = {}) {
      const name = unique('acme');
      const domain = `${name}.example`;
      const user = {
        id: unique('idp-user'),
        email: `ada@${domain}`,
        firstName: 'Ada',
        lastName: 'Adams',
        groups: ['Engineering'],
      };
      const organizationId = await world.createOrganization({ name, externalId: name, domains: [domain] });
      const connectionId = await world.createConnection({
        organizationId,
        protocol: 'saml',
        identityProvider: 'okta',
        status: 'active',
        domains: [domain],
        users: [user],
        ...connection,
      });
      return { organizationId, connectionId, domain, user };
    },
  };
}
