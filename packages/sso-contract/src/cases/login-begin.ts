import type { BeginLogin } from '@org/sso-core';
import type { ContractCase } from '../contract-case.js';
import { loginNeeds, strangerLike } from './support.js';

const requires = ['login'] as const;

/** Where a login starts, and finding out where it should. */
export const loginBeginCases: readonly ContractCase[] = [
  {
    id: 'LOGIN-01',
    title:
      'begin builds the authorization URL without any request: code flow, PKCE S256, state, the registered redirect URI and no secret.',
    requires,
    async run({ sso, owner, check, createCustomer, redirectUri, secrets }) {
      const { organizationId } = await createCustomer();
      const { url, state } = await check.sends(0, () => sso.login.begin({ organization: organizationId }));
      const { searchParams, protocol, hostname } = new URL(url);
      check.ok(protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1', url);
      const names = ['response_type', 'client_id', 'redirect_uri', 'state', 'code_challenge_method'];
      check.equal(
        names.map((name) => searchParams.getAll(name)),
        [['code'], [owner.login.clientId], [redirectUri], [state], ['S256']],
      );
      check.matches(searchParams.get('code_challenge') ?? '', /^[\w-]{43}$/);
      check.conceals(url, ...secrets);
    },
  },
  {
    id: 'LOGIN-02',
    title: 'Every login has a state, a challenge and a flow of its own.',
    requires,
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      const [first, second] = [
        await sso.login.begin({ organization: organizationId }),
        await sso.login.begin({ organization: organizationId }),
      ];
      const challenge = ({ url }: typeof first) => new URL(url).searchParams.get('code_challenge');
      check.ok(first.state !== second.state, 'the same state twice');
      check.ok(challenge(first) !== challenge(second), 'the same challenge twice');
      check.ok(first.flow !== second.flow, 'the same flow twice');
    },
  },
  {
    id: 'LOGIN-03',
    title:
      'begin takes exactly one selector and no unknown option, else invalid_argument before any request.',
    requires,
    async run({ sso, owner, check }) {
      const [organization, connection, domain] = [`${owner.id}:org_1`, `${owner.id}:conn_1`, 'acme.example'];
      const malformed: readonly object[] = [
        {},
        { organization, connection },
        { domain, connection },
        { organization: '' },
        { organization: 42 },
        { organization, domainHint: domain },
      ];
      for (const request of malformed) {
        await check.sends(0, () =>
          check.rejects(() => sso.login.begin(request as BeginLogin), 'invalid_argument'),
        );
      }
    },
  },
  {
    id: 'LOGIN-04',
    title: 'begin with an id of another provider is invalid_argument before any request.',
    requires,
    async run({ sso, check }) {
      for (const request of [{ organization: 'elsewhere:org_1' }, { connection: 'elsewhere:conn_1' }]) {
        await check.sends(0, () =>
          check.rejects(() => sso.login.begin(request as BeginLogin), 'invalid_argument'),
        );
      }
    },
  },
  {
    id: 'LOGIN-05',
    title: 'A login hint and a wish to authenticate again reach the authorization URL.',
    requires,
    async run({ sso, owner, check }) {
      const connection = `${owner.id}:conn_1`;
      const parameters = async (request: Partial<BeginLogin>) => {
        const { url } = await sso.login.begin({ connection, ...request } as BeginLogin);
        return new URL(url).searchParams;
      };
      const plain = await parameters({});
      const hinted = await parameters({ loginHint: 'ada+sso@acme.example' });
      check.equal(hinted.get('login_hint'), 'ada+sso@acme.example');
      const again = await parameters({ forceReauthentication: true });
      check.ok([...again].length > [...plain].length, 'forceReauthentication changes nothing');
    },
  },
  {
    id: 'LOGIN-06',
    title: 'A domain leads to the connection that serves it.',
    requires: ['login', 'connections'],
    needs: loginNeeds,
    async run({ sso, check, createTenant, world }) {
      const { domain, connectionId, user } = await createTenant();
      const { url, flow } = await sso.login.begin({ domain });
      const callback = await world.signIn(url, { email: user.email });
      const result = await sso.login.complete({ callback, flow });
      check.equal(result.connectionId, connectionId);
    },
  },
  {
    id: 'LOGIN-07',
    title: 'Where the client resolves domains, begin for a domain without a connection is not_found.',
    requires: ['login', 'connections'],
    without: 'login.selectors=domain',
    async run({ sso, check, unique }) {
      await check.rejects(() => sso.login.begin({ domain: `${unique('nobody')}.example` }), 'not_found');
    },
  },
  {
    id: 'LOGIN-08',
    title: 'An environment-level sign-in names the identity provider in the URL, without any request.',
    requires,
    features: ['login.selectors=identityProvider'],
    async run({ sso, check }) {
      const { url } = await check.sends(0, () => sso.login.begin({ identityProvider: 'GoogleOAuth' }));
      check.ok([...new URL(url).searchParams.values()].includes('GoogleOAuth'), url);
    },
  },
  {
    id: 'LOGIN-09',
    title:
      'Where there is no environment-level sign-in, begin with identityProvider is refused before any request.',
    requires,
    without: 'login.selectors=identityProvider',
    run: ({ sso, check }) => check.unsupported(() => sso.login.begin({ identityProvider: 'GoogleOAuth' })),
  },
  {
    id: 'LOGIN-10',
    title: 'A login to an inactive connection is refused at the callback as connection_inactive.',
    requires,
    needs: loginNeeds,
    async run({ sso, check, createTenant, world }) {
      const { connectionId, user } = await createTenant({ status: 'inactive' });
      const { url, flow } = await sso.login.begin({ connection: connectionId });
      const callback = await world.signIn(url, { email: user.email });
      await check.rejectsLogin(() => sso.login.complete({ callback, flow }), 'connection_inactive');
    },
  },
  {
    id: 'LOGIN-11',
    title: 'A login to an unknown connection is refused at the callback as connection_not_found.',
    requires,
    needs: loginNeeds,
    async run({ sso, check, createTenant, world }) {
      const { connectionId } = await createTenant();
      const { url, flow } = await sso.login.begin({ connection: strangerLike(connectionId) });
      const callback = await world.signIn(url, { email: 'ada@acme.example' });
      await check.rejectsLogin(() => sso.login.complete({ callback, flow }), 'connection_not_found');
    },
  },
  {
    id: 'LOGIN-12',
    title: 'A login to an unknown organization is refused at the callback as organization_not_found.',
    requires,
    needs: loginNeeds,
    async run({ sso, check, createTenant, world }) {
      const { organizationId } = await createTenant();
      const { url, flow } = await sso.login.begin({ organization: strangerLike(organizationId) });
      const callback = await world.signIn(url, { email: 'ada@acme.example' });
      await check.rejectsLogin(() => sso.login.complete({ callback, flow }), 'organization_not_found');
    },
  },
  {
    id: 'LOGIN-13',
    title: 'lookup finds the connection by the domain of an e-mail address, and begin takes its selector.',
    requires: ['login', 'connections'],
    needs: loginNeeds,
    async run({ sso, check, createTenant, world }) {
      const { domain, connectionId, user } = await createTenant();
      const { selector, ...found } = await sso.login.lookup(user.email);
      check.equal(found, { domain, loginHint: user.email });
      check.equal(selector, { connection: connectionId });
      const { url, flow } = await sso.login.begin(selector!);
      const callback = await world.signIn(url, { email: user.email });
      check.equal((await sso.login.complete({ callback, flow })).profile.email, user.email);
    },
  },
  {
    id: 'LOGIN-14',
    title: 'lookup normalises an address before it decides: case, width and spaces around it do not matter.',
    requires: ['login', 'connections'],
    needs: ['world.createConnection'],
    async run({ sso, check, createTenant }) {
      const { domain, connectionId } = await createTenant();
      const spellings = [`ada@${domain.toUpperCase()}`, `ada\uff20${domain}`, `  ada@${domain} `];
      for (const email of spellings) {
        const { selector, loginHint } = await sso.login.lookup(email);
        check.equal([selector, loginHint], [{ connection: connectionId }, `ada@${domain}`], email);
      }
    },
  },
  {
    id: 'LOGIN-15',
    title: 'lookup of what is no single e-mail address is invalid_argument before any request.',
    requires: ['login', 'connections'],
    async run({ sso, check }) {
      const malformed = [
        '',
        'ada',
        '@acme.example',
        'ada@',
        'ada@acme',
        'ada@ben@acme.example',
        'a da@acme.example',
      ];
      for (const email of malformed)
        await check.sends(0, () => check.rejects(() => sso.login.lookup(email), 'invalid_argument'));
    },
  },
  {
    id: 'LOGIN-16',
    title: 'lookup of a domain nobody serves, or of a sub-domain, is an answer without a selector.',
    requires: ['login', 'connections'],
    needs: ['world.createConnection'],
    async run({ sso, check, createTenant, unique }) {
      const { domain } = await createTenant();
      for (const other of [`${unique('nobody')}.example`, `mail.${domain}`]) {
        const { selector } = await sso.login.lookup(`ada@${other}`);
        check.equal(selector, null, other);
      }
    },
  },
  {
    id: 'LOGIN-17',
    title: 'lookup passes over connections that accept no logins.',
    requires: ['login', 'connections'],
    needs: ['world.createConnection'],
    async run({ sso, check, createTenant }) {
      for (const status of ['draft', 'inactive'] as const) {
        const { user } = await createTenant({ status });
        check.equal((await sso.login.lookup(user.email)).selector, null, status);
      }
    },
  },
  {
    id: 'LOGIN-18',
    title: 'lookup does not choose between two connections: it is failed_precondition.',
    requires: ['login', 'connections'],
    needs: ['world.createConnection'],
    async run({ sso, check, createTenant, world }) {
      const { organizationId, domain, user } = await createTenant();
      await world.createConnection({
        organizationId,
        protocol: 'saml',
        identityProvider: 'okta',
        status: 'active',
        domains: [domain],
        users: [user],
      });
      await check.rejects(() => sso.login.lookup(user.email), 'failed_precondition');
    },
  },
  {
    id: 'LOGIN-19',
    title: 'Calls of an untyped app that pass nothing are invalid_argument before any request.',
    requires,
    async run({ sso: { login }, check }) {
      const nothing = undefined as never;
      const calls = [
        () => login.begin(nothing),
        () => login.complete(nothing),
        () => login.lookup(nothing),
        () => login.readIdpInitiated(nothing),
        () => login.verifyAccessToken(nothing),
        () => login.logoutUrl(nothing),
      ];
      for (const call of calls) await check.sends(0, () => check.rejects(call, 'invalid_argument'));
    },
  },
  {
    id: 'LOGIN-20',
    title: 'A domain that is claimed but not verified leads nowhere.',
    requires: ['login', 'connections', 'domains'],
    without: 'domains.verifiedOnCreate',
    needs: ['world.createConnection'],
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('Claimer') });
      const domain = `${unique('claimed')}.example`;
      await sso.domains.create({ organizationId, domain });
      await world.createConnection({
        organizationId,
        protocol: 'saml',
        identityProvider: 'okta',
        status: 'active',
        domains: [domain],
        users: [],
      });
      check.equal((await sso.login.lookup(`ada@${domain}`)).selector, null);
      await check.rejects(() => sso.login.begin({ domain }), 'not_found');
    },
  },
];
