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
import type { ContractCase } from './contract-case.js';
import {
  withAbilities,
  type Clock,
  type Faults,
  type Harness,
  type IdentityProviderUser,
  type NewConnection,
  type World,
} from './harness.js';
import { createRandom, type Random } from './random.js';

/** A client typed as if the provider had every facet: the runner has checked the ones a case requires. */
export type ContractClient = ClientFacets & { readonly provider: SsoProvider };

/** A customer, seeded out of band. */
export interface Customer {
  readonly organizationId: OrganizationId;
  /** Verified. */
  readonly domain: string;
}

/** A customer with one connection, to which the domain leads. */
export interface Tenant extends Customer {
  readonly connectionId: ConnectionId;
  /** In the connection's identity provider. */
  readonly user: Required<IdentityProviderUser>;
}

/** What a case works with. Optional parts of the harness are there when the case `needs` them, and only then. */
export interface CaseContext extends Omit<
  Harness,
  | 'provider'
  | 'owner'
  | 'world'
  | 'faults'
  | 'clock'
  | 'withSecret'
  | 'withWebhookSecrets'
  | 'emptyPage'
  | 'notRun'
> {
  readonly provider: Required<SsoProvider>;
  /** Whose ids, entities and logins these are: `provider`, unless it stands for several. */
  readonly owner: Required<SsoProvider>;
  readonly world: Required<World>;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly withSecret: (secret: string) => SsoProvider;
  readonly withWebhookSecrets: (secrets: readonly string[]) => SsoProvider;
  readonly emptyPage: (nextCursor: string) => string;
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
  /** Where inputs come from that may be any. */
  readonly random: Random;
  /** A word nobody used before, here or in a run with another seed. */
  readonly unique: (word: string) => string;
  readonly createCustomer: () => Promise<Customer>;
  /** Without more said: an active SAML connection to Okta. Needs `world.createConnection`. */
  readonly createTenant: (
    connection?: Partial<Omit<NewConnection, 'organizationId' | 'domains' | 'users'>>,
  ) => Promise<Tenant>;
}

/** People have such names. */
const firstNames = ['Ada', 'Zoë', 'Đorđe', 'Mary Ann', '明'] as const;
export const lastNames = ['Adams', "O'Neil", 'Müller-Łukasz', 'de la Cruz', '王'] as const;

const sealingSecret = 'contract-suite-flow-sealing-secret-0001';

export function createCaseContext(
  { id, needs = [] }: Pick<ContractCase, 'id' | 'needs'>,
  harness: Harness,
  seed: number,
): CaseContext {
  const { provider, owner = provider, redirectUri } = harness;
  const given = withAbilities(harness, needs);
  const world = given.world as Required<World>;
  const random = createRandom(seed, id);
  const run = random.integer(0, 2 ** 32 - 1).toString(16);
  let names = 0;
  const now = () => harness.clock?.now() ?? Date.now();

  const redirectUriOf = (whose: SsoProvider) =>
    'children' in whose
      ? Object.fromEntries(
          membersOf(whose).map((member) => [
            member.id,
            member.id === owner.id ? redirectUri : `${redirectUri}/${member.id}`,
          ]),
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

  async function createCustomer(): Promise<Customer> {
    const name = unique('acme');
    const domain = `${name}.example`;
    const organizationId = await world.createOrganization({ name, externalId: name, domains: [domain] });
    return { organizationId, domain };
  }

  return {
    ...(given as Harness &
      Required<Pick<Harness, 'faults' | 'clock' | 'withSecret' | 'withWebhookSecrets' | 'emptyPage'>>),
    provider: provider as Required<SsoProvider>,
    owner: owner as Required<SsoProvider>,
    world,
    now,
    sso: createClient({}),
    check: createCheck(harness),
    createClient,
    random,
    unique,
    createCustomer,
    async createTenant(connection = {}) {
      const { organizationId, domain } = await createCustomer();
      const user = {
        id: unique('idp-user'),
        email: `ada@${domain}`,
        firstName: random.pick(firstNames),
        lastName: random.pick(lastNames),
        groups: ['Engineering'],
      };
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
