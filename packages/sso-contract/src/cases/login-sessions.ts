import { Secret } from '@org/sso-core';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { corrupt, loginNeeds, startLogin, withParameters } from './support.js';

const requires = ['login'] as const;
const signed = { requires, features: ['login.idpInitiated=signed_request'] } as const;
const fromIdentityProvider = ['world.createConnection', 'world.startFromIdentityProvider'] as const;
const dayMs = 24 * 60 * 60_000;

const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url');

async function startAtIdentityProvider({ createTenant, world }: CaseContext, relayState?: string) {
  const tenant = await createTenant();
  const { connectionId, user } = tenant;
  const url = await world.startFromIdentityProvider({
    connectionId,
    email: user.email,
    ...(relayState === undefined ? {} : { relayState }),
  });
  return { tenant, url };
}

async function logIn(context: CaseContext, connection: Parameters<CaseContext['createTenant']>[0] = {}) {
  const { begun, callback } = await startLogin(context, await context.createTenant(connection));
  return context.sso.login.complete({ callback, flow: begun.flow });
}

/** Logins that begin at the identity provider, access tokens, and logging out. */
export const loginSessionCases: readonly ContractCase[] = [
  {
    id: 'LOGIN-51',
    title:
      'A login that began at the identity provider never completes: it is unsolicited, and nothing is sent.',
    requires,
    needs: fromIdentityProvider,
    async run(context) {
      const { sso, check } = context;
      const { url, tenant } = await startAtIdentityProvider(context);
      const { flow } = await sso.login.begin({ connection: tenant.connectionId });
      for (const held of [undefined, flow]) {
        await check.sends(0, () =>
          check.rejectsLogin(() => sso.login.complete({ callback: url, flow: held }), 'unsolicited'),
        );
      }
    },
  },
  {
    id: 'LOGIN-52',
    title:
      'A signed request from the identity provider says where to start a new login, which then completes.',
    ...signed,
    needs: [...fromIdentityProvider, 'world.signIn'],
    async run(context) {
      const { sso, check, world } = context;
      const { url, tenant } = await startAtIdentityProvider(context, '/reports');
      const recognised = await sso.login.readIdpInitiated(url);
      check.equal(recognised, {
        selector: { connection: tenant.connectionId },
        loginHint: tenant.user.email,
        returnTo: '/reports',
      });
      const begun = await sso.login.begin(recognised!.selector!);
      const callback = await world.signIn(begun.url, { email: tenant.user.email });
      const { connectionId } = await sso.login.complete({ callback, flow: begun.flow });
      check.equal(connectionId, tenant.connectionId);
    },
  },
  {
    id: 'LOGIN-53',
    title: 'RelayState is a hint: a foreign target becomes the default.',
    ...signed,
    needs: fromIdentityProvider,
    async run(context) {
      for (const relayState of ['https://attacker.example/', '//attacker.example']) {
        const { url } = await startAtIdentityProvider(context, relayState);
        const recognised = await context.sso.login.readIdpInitiated(url);
        context.check.equal(recognised?.returnTo, '/', relayState);
      }
    },
  },
  {
    id: 'LOGIN-54',
    title: 'A signed request works once.',
    ...signed,
    needs: fromIdentityProvider,
    async run(context) {
      const { sso, check } = context;
      const { url } = await startAtIdentityProvider(context);
      await sso.login.readIdpInitiated(url);
      await check.rejectsLogin(() => sso.login.readIdpInitiated(url), 'flow_reused');
    },
  },
  {
    id: 'LOGIN-55',
    title: 'A forged signed request is verification_failed.',
    ...signed,
    needs: fromIdentityProvider,
    async run(context) {
      const { sso, check } = context;
      const { url } = await startAtIdentityProvider(context);
      const [name, token] = [...new URL(url).searchParams].toSorted(
        ([, a], [, b]) => b.length - a.length,
      )[0]!;
      const [, payload = ''] = token.split('.');
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      for (const forged of [corrupt(token, context.random), unsigned, 'junk']) {
        const attack = withParameters(url, { [name]: forged });
        await check.rejects(() => sso.login.readIdpInitiated(attack), 'verification_failed');
      }
    },
  },
  {
    id: 'LOGIN-56',
    title: 'An expired signed request is verification_failed.',
    ...signed,
    needs: [...fromIdentityProvider, 'clock'],
    async run(context) {
      const { sso, check, clock } = context;
      const { url } = await startAtIdentityProvider(context);
      await clock.advance(dayMs);
      await check.rejects(() => sso.login.readIdpInitiated(url), 'verification_failed');
    },
  },
  {
    id: 'LOGIN-57',
    title: 'An unsolicited code is recognised without a selector, and never exchanged.',
    requires,
    features: ['login.idpInitiated=unsolicited_code'],
    needs: fromIdentityProvider,
    async run(context) {
      const { sso, check } = context;
      const { url } = await startAtIdentityProvider(context);
      const recognised = await check.sends(0, () => sso.login.readIdpInitiated(url));
      check.equal([recognised?.selector, recognised?.returnTo], [null, '/']);
    },
  },
  {
    id: 'LOGIN-58',
    title:
      'An ordinary callback is no login from the identity provider: readIdpInitiated answers null and sends nothing.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { callback } = await startLogin(context, await createTenant());
      check.equal(await check.sends(0, () => sso.login.readIdpInitiated(callback)), null);
      const plain = 'https://app.example/?page=2';
      check.equal(await check.sends(0, () => sso.login.readIdpInitiated(plain)), null);
    },
  },
  {
    id: 'LOGIN-61',
    title: 'verifyAccessToken answers subject, issuer and expiry, for a Secret and for a string.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check } = context;
      const { tokens } = await logIn(context);
      const { accessToken } = tokens;
      const claims = await sso.login.verifyAccessToken(accessToken);
      check.ok(claims.subject && claims.issuer, 'subject or issuer is empty');
      check.ok(claims.expiresAt > context.now() / 1000, `it expires at ${claims.expiresAt}`);
      const told = Date.parse(tokens.expiresAt ?? '') / 1000;
      check.ok(
        tokens.expiresAt === null || Math.abs(told - claims.expiresAt) < 5,
        `the login says that it expires at ${tokens.expiresAt}`,
      );
      check.equal(await sso.login.verifyAccessToken(accessToken.reveal()), claims);
    },
  },
  {
    id: 'LOGIN-62',
    title: 'A forged access token is verification_failed, and shows in no error.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check } = context;
      const token = (await logIn(context)).tokens.accessToken.reveal();
      const [, payload = 'e30', signature = ''] = token.split('.');
      const forged = [
        corrupt(token, context.random),
        `${header({ alg: 'none' })}.${payload}.`,
        `${header({ alg: 'RS256', kid: 'nobody' })}.${payload}.${signature}`,
        `${header({ alg: 'HS256' })}.${payload}.${signature}`,
        'junk',
      ];
      for (const each of forged) {
        const error = await check.rejects(
          () => sso.login.verifyAccessToken(new Secret(each)),
          'verification_failed',
        );
        check.conceals(error, each);
      }
    },
  },
  {
    id: 'LOGIN-63',
    title: 'An expired access token is verification_failed.',
    requires,
    needs: [...loginNeeds, 'clock'],
    async run(context) {
      const { sso, check, clock } = context;
      const { accessToken } = (await logIn(context)).tokens;
      await clock.advance(dayMs);
      await check.rejects(() => sso.login.verifyAccessToken(accessToken), 'verification_failed');
    },
  },
  {
    id: 'LOGIN-71',
    title: "logoutUrl of a login is where the browser goes to end the vendor's session.",
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check } = context;
      const { tokens, profile } = await logIn(context, { protocol: 'oidc', identityProvider: 'generic' });
      const url = await sso.login.logoutUrl({
        provider: profile.provider,
        idToken: tokens.idToken ?? undefined,
        profileId: profile.vendorId,
      });
      const { protocol, hostname } = new URL(url);
      check.ok(protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1', url);
    },
  },
  {
    id: 'LOGIN-72',
    title: 'logoutUrl without what it needs of the login is invalid_argument before any request.',
    requires,
    async run({ sso, check }) {
      await check.sends(0, () => check.rejects(() => sso.login.logoutUrl({}), 'invalid_argument'));
    },
  },
  {
    id: 'LOGIN-73',
    title: 'Where a logout can return, its URL carries target and state.',
    requires,
    features: ['login.logoutReturnTo'],
    needs: loginNeeds,
    async run(context) {
      const { sso, check, redirectUri } = context;
      const { tokens, profile } = await logIn(context, { protocol: 'oidc', identityProvider: 'generic' });
      const url = await sso.login.logoutUrl({
        provider: profile.provider,
        idToken: tokens.idToken ?? undefined,
        profileId: profile.vendorId,
        returnTo: redirectUri,
        state: 'logout-state-1',
      });
      const values = new Set(new URL(url).searchParams.values());
      check.ok(values.has(redirectUri) && values.has('logout-state-1'), 'target or state is missing');
    },
  },
  {
    id: 'LOGIN-74',
    title: 'Where a logout cannot return, a return target is refused before any request, not dropped.',
    requires,
    without: 'login.logoutReturnTo',
    needs: loginNeeds,
    async run(context) {
      const { sso, check, redirectUri } = context;
      const { tokens, profile } = await logIn(context, { protocol: 'oidc', identityProvider: 'generic' });
      await check.unsupported(() =>
        sso.login.logoutUrl({
          provider: profile.provider,
          idToken: tokens.idToken ?? undefined,
          profileId: profile.vendorId,
          returnTo: redirectUri,
        }),
      );
    },
  },
  {
    id: 'LOGIN-75',
    title:
      'Whatever connection a login came through, logoutUrl answers where to end its session or is unsupported.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check } = context;
      for (const protocol of ['saml', 'oidc'] as const) {
        const { tokens, profile } = await logIn(context, { protocol, identityProvider: 'okta' });
        const outcome = await sso.login
          .logoutUrl({
            provider: profile.provider,
            idToken: tokens.idToken ?? undefined,
            profileId: profile.vendorId,
          })
          .then(
            (url) => URL.canParse(url),
            (error: { readonly code?: string }) => error.code === 'unsupported',
          );
        check.ok(outcome, `of a ${protocol} login`);
      }
    },
  },
];
