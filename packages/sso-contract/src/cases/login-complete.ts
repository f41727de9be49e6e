import { createHash } from 'node:crypto';
import { profileSchema } from '@org/sso-core/schemas';
import { createMemoryProvider } from '@org/sso-core/testing';
import type { ContractCase } from '../contract-case.js';
import { corrupt, loginNeeds, startLogin, withParameters } from './support.js';

const requires = ['login'] as const;
const minuteMs = 60_000;

/** What happens when the browser comes back. */
export const loginCompleteCases: readonly ContractCase[] = [
  {
    id: 'LOGIN-21',
    title: 'complete answers who signed in: person, organization and connection, and where to return.',
    requires,
    needs: loginNeeds,
    async run({ sso, owner, check, createTenant, world }) {
      const { organizationId, connectionId, user } = await createTenant();
      const { url, flow } = await sso.login.begin({
        organization: organizationId,
        returnTo: '/reports?year=1',
      });
      const callback = await world.signIn(url, { email: user.email });
      const result = await sso.login.complete({ callback, flow });
      check.shape(profileSchema, result.profile);
      const { email, firstName, lastName } = result.profile;
      check.equal([email, firstName, lastName], [user.email, user.firstName, user.lastName]);
      check.equal(
        [result.organizationId, result.connectionId, result.profile.provider],
        [organizationId, connectionId, owner.id],
      );
      check.equal(result.returnTo, '/reports?year=1');
      for (const fact of ['pkce', 'flow_binding', 'selector_match'] as const)
        check.ok(result.assurance.includes(fact), `no assurance of ${fact}`);
    },
  },
  {
    id: 'LOGIN-22',
    title: 'Where there is an ID token, its signature, issuer, audience, expiry and nonce are verified.',
    requires,
    features: ['login.idToken'],
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const { tokens, assurance } = await sso.login.complete({ callback, flow: begun.flow });
      check.ok(tokens.idToken, 'there is no ID token');
      for (const part of ['signature', 'issuer', 'audience', 'expiry', 'nonce'] as const)
        check.ok(assurance.includes(`id_token_${part}`), `no assurance of the ID token's ${part}`);
    },
  },
  {
    id: 'LOGIN-23',
    title: 'Where there is no ID token, the profile comes from the server side.',
    requires,
    without: 'login.idToken',
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const { tokens, assurance } = await sso.login.complete({ callback, flow: begun.flow });
      check.equal(tokens.idToken, null);
      check.ok(assurance.includes('server_side_profile'), 'no assurance of a server-side profile');
    },
  },
  {
    id: 'LOGIN-24',
    title: 'The same person keeps idpId and profile id from login to login.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenant = await createTenant();
      const ids = [];
      for (let time = 0; time < 2; time += 1) {
        const { begun, callback } = await startLogin(context, tenant);
        const { profile } = await sso.login.complete({ callback, flow: begun.flow });
        ids.push([profile.idpId, profile.vendorId]);
      }
      check.equal(ids[0], ids[1]);
    },
  },
  {
    id: 'LOGIN-25',
    title: 'A callback with the state of another login is state_mismatch, and its code is not sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenant = await createTenant();
      const [own, other] = [await startLogin(context, tenant), await startLogin(context, tenant)];
      await check.sends(0, () =>
        check.rejectsLogin(
          () => sso.login.complete({ callback: other.callback, flow: own.begun.flow }),
          'state_mismatch',
        ),
      );
    },
  },
  {
    id: 'LOGIN-26',
    title: 'A callback without a state is unsolicited, and its code is not sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      for (const state of [null, '']) {
        await check.sends(0, () =>
          check.rejectsLogin(
            () => sso.login.complete({ callback: withParameters(callback, { state }), flow: begun.flow }),
            'unsolicited',
          ),
        );
      }
    },
  },
  {
    id: 'LOGIN-27',
    title: 'A callback without its flow is flow_missing, and its code is not sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { callback } = await startLogin(context, await createTenant());
      await check.sends(0, () =>
        check.rejectsLogin(() => sso.login.complete({ callback, flow: undefined }), 'flow_missing'),
      );
    },
  },
  {
    id: 'LOGIN-28',
    title: 'A changed flow, or one sealed by another app, is flow_invalid, and the code is not sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createClient, createTenant, random } = context;
      const tenant = await createTenant();
      const { begun, callback } = await startLogin(context, tenant);
      const stranger = createClient({ login: { secrets: ['another-secret-of-another-app-000001'] } });
      const foreign = await stranger.login.begin({ connection: tenant.connectionId });
      for (const flow of [corrupt(begun.flow, random), `${begun.flow}x`, 'junk', foreign.flow]) {
        await check.sends(0, () =>
          check.rejectsLogin(() => sso.login.complete({ callback, flow }), 'flow_invalid'),
        );
      }
    },
  },
  {
    id: 'LOGIN-29',
    title: 'A flow sealed with an earlier secret still opens while that secret is listed.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { check, createClient, createTenant, world } = context;
      const [old, fresh] = ['the-old-sealing-secret-of-the-app-01', 'the-new-sealing-secret-of-the-app-02'];
      const { connectionId, user } = await createTenant();
      const before = createClient({ login: { secrets: [old] } });
      const { url, flow } = await before.login.begin({ connection: connectionId });
      const callback = await world.signIn(url, { email: user.email });
      const after = createClient({ login: { secrets: [fresh, old] } });
      check.equal((await after.login.complete({ callback, flow })).connectionId, connectionId);
    },
  },
  {
    id: 'LOGIN-30',
    title:
      'A flow begun at another provider, environment or redirect URI is provider_mismatch, and the code is not sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, owner, check, createClient, createTenant, redirectUri } = context;
      const tenant = await createTenant();
      const { callback } = await startLogin(context, tenant);
      const elsewhere = createMemoryProvider({ id: 'elsewhere' }).provider;
      const begun = [
        await createClient({ provider: elsewhere }).login.begin({ organization: 'elsewhere:org_1' as never }),
        await createClient({ provider: { ...owner, environment: 'other' } }).login.begin({
          connection: tenant.connectionId,
        }),
        await createClient({
          provider: owner,
          login: { redirectUri: `${redirectUri}/other` },
        }).login.begin({ connection: tenant.connectionId }),
      ];
      for (const { flow, state } of begun) {
        await check.sends(0, () =>
          check.rejectsLogin(
            () => sso.login.complete({ callback: withParameters(callback, { state }), flow }),
            'provider_mismatch',
          ),
        );
      }
    },
  },
  {
    id: 'LOGIN-31',
    title: 'A login that took longer than the flow lives is flow_expired, and the code is not sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { check, createClient, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const later = createClient({ login: { now: () => context.now() + 11 * minuteMs } });
      await check.sends(0, () =>
        check.rejectsLogin(() => later.login.complete({ callback, flow: begun.flow }), 'flow_expired'),
      );
    },
  },
  {
    id: 'LOGIN-32',
    title: 'A callback used a second time is flow_reused, and the code is not sent again.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      await sso.login.complete({ callback, flow: begun.flow });
      await check.sends(0, () =>
        check.rejectsLogin(() => sso.login.complete({ callback, flow: begun.flow }), 'flow_reused'),
      );
    },
  },
  {
    id: 'LOGIN-33',
    title: 'A callback that names another issuer is issuer_mismatch, and the code is not sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const attacked = withParameters(callback, { iss: 'https://attacker.example' });
      await check.sends(0, () =>
        check.rejectsLogin(
          () => sso.login.complete({ callback: attacked, flow: begun.flow }),
          'issuer_mismatch',
        ),
      );
    },
  },
  {
    id: 'LOGIN-34',
    title:
      'A callback that repeats a parameter, or has neither code nor error, is malformed_callback, and nothing is sent.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenant = await createTenant();
      for (const spoil of [
        (url: string) => `${url}&code=second`,
        (url: string) => `${url}&state=second`,
        (url: string) => withParameters(url, { code: null }),
      ]) {
        const { begun, callback } = await startLogin(context, tenant);
        await check.sends(0, () =>
          check.rejectsLogin(
            () => sso.login.complete({ callback: spoil(callback), flow: begun.flow }),
            'malformed_callback',
          ),
        );
      }
    },
  },
  {
    id: 'LOGIN-35',
    title: "A person who denies access is access_denied, with the vendor's code beside, and nothing is sent.",
    requires,
    needs: loginNeeds,
    async run({ sso, check, createTenant, world }) {
      const { connectionId } = await createTenant();
      const { url, flow } = await sso.login.begin({ connection: connectionId });
      const callback = await world.signIn(url, { error: 'access_denied' });
      const error = await check.sends(0, () =>
        check.rejectsLogin(() => sso.login.complete({ callback, flow }), 'access_denied'),
      );
      check.equal(error.vendorCode, 'access_denied');
    },
  },
  {
    id: 'LOGIN-36',
    title: 'A callback error nobody knows yet is provider_error; its description is not repeated.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const description = 'call 555 to unlock';
      const failed = withParameters(callback, {
        code: null,
        error: 'brand_new_error',
        error_description: description,
      });
      const error = await check.rejectsLogin(
        () => sso.login.complete({ callback: failed, flow: begun.flow }),
        'provider_error',
      );
      check.equal(error.vendorCode, 'brand_new_error');
      check.conceals(error, description);
    },
  },
  {
    id: 'LOGIN-37',
    title: 'A code that belongs to another login is code_rejected.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenant = await createTenant();
      const [victim, attacker] = [await startLogin(context, tenant), await startLogin(context, tenant)];
      const injected = withParameters(victim.callback, {
        code: new URL(attacker.callback).searchParams.get('code'),
      });
      await check.rejectsLogin(
        () => sso.login.complete({ callback: injected, flow: victim.begun.flow }),
        'code_rejected',
      );
    },
  },
  {
    id: 'LOGIN-38',
    title: 'A made-up code is code_rejected.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const forged = withParameters(callback, { code: 'made-up-code' });
      await check.rejectsLogin(
        () => sso.login.complete({ callback: forged, flow: begun.flow }),
        'code_rejected',
      );
    },
  },
  {
    id: 'LOGIN-39',
    title: 'The code is bound to its PKCE verifier and works once.',
    requires,
    needs: loginNeeds,
    async run({ owner, check, createTenant, world, redirectUri, unique }) {
      const { connectionId, user } = await createTenant();
      const verifier = 'v'.repeat(43);
      const codeFor = async () => {
        const url = owner.login.authorizationUrl({
          selector: { connection: connectionId },
          redirectUri,
          state: unique('state'),
          nonce: 'nonce-1',
          codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
        });
        const callback = await world.signIn(url, { email: user.email });
        return new URL(callback).searchParams.get('code')!;
      };
      const exchange = (code: string, codeVerifier: string) =>
        owner.login.exchangeCode(
          { code, redirectUri, codeVerifier, nonce: 'nonce-1' },
          { operation: 'login.complete' },
        );
      const stolen = await codeFor();
      await check.rejectsLogin(() => exchange(stolen, 'w'.repeat(43)), 'code_rejected');
      const code = await codeFor();
      check.equal((await exchange(code, verifier)).profile.connectionId, connectionId);
      await check.rejectsLogin(() => exchange(code, verifier), 'code_rejected');
    },
  },
  {
    id: 'LOGIN-40',
    title: 'Somebody of another organization or connection than was asked for is selector_mismatch.',
    requires,
    needs: loginNeeds,
    async run({ sso, check, createTenant, world }) {
      const [asked, other] = [await createTenant(), await createTenant()];
      const selectors = [
        [{ organization: asked.organizationId }, { organization: other.organizationId }],
        [{ connection: asked.connectionId }, { connection: other.connectionId }],
      ] as const;
      for (const [own, foreign] of selectors) {
        const begun = await sso.login.begin(own);
        const { searchParams: parameters } = new URL(begun.url);
        const detour = withParameters((await sso.login.begin(foreign)).url, {
          state: begun.state,
          nonce: parameters.get('nonce'),
          code_challenge: parameters.get('code_challenge'),
        });
        const callback = await world.signIn(detour, { email: other.user.email });
        await check.rejectsLogin(
          () => sso.login.complete({ callback, flow: begun.flow }),
          'selector_mismatch',
        );
      }
    },
  },
  {
    id: 'LOGIN-41',
    title: 'Two logins in two tabs both complete, in any order.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenants = [await createTenant(), await createTenant()];
      const logins = [];
      for (const tenant of tenants) logins.push({ tenant, ...(await startLogin(context, tenant)) });
      for (const { tenant, callback, begun } of logins.toReversed()) {
        const { connectionId } = await sso.login.complete({ callback, flow: begun.flow });
        check.equal(connectionId, tenant.connectionId);
      }
    },
  },
  {
    id: 'LOGIN-42',
    title: 'The callback is taken as a URL, a string, a path with query, or a Request.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenant = await createTenant();
      for (const form of [
        (url: string) => new URL(url),
        (url: string) => new URL(url).pathname + new URL(url).search,
        (url: string) => new Request(url),
      ]) {
        const { begun, callback } = await startLogin(context, tenant);
        const result = await sso.login.complete({ callback: form(callback), flow: begun.flow });
        check.equal(result.connectionId, tenant.connectionId);
      }
    },
  },
  {
    id: 'LOGIN-43',
    title: 'A login returns to a path of the app or a listed origin, and nowhere else.',
    requires,
    needs: loginNeeds,
    async run({ check, createClient, createTenant, world }) {
      const { connectionId, user } = await createTenant();
      const sso = createClient({
        login: { returnToOrigins: ['https://app.example'], defaultReturnTo: '/home' },
      });
      const expected = {
        '/reports#today': '/reports#today',
        'https://app.example/reports': 'https://app.example/reports',
        'https://attacker.example/': '/home',
        'https://app.example.attacker.example/': '/home',
        'https://ada@app.example/': '/home',
        '//attacker.example': '/home',
        '/\\attacker.example': '/home',
        '/\t/attacker.example': '/home',
        'javascript:alert(1)': '/home',
        '': '/home',
      };
      for (const [returnTo, landing] of Object.entries(expected)) {
        const { url, flow } = await sso.login.begin({ connection: connectionId, returnTo });
        const callback = await world.signIn(url, { email: user.email });
        check.equal((await sso.login.complete({ callback, flow })).returnTo, landing, returnTo);
      }
    },
  },
  {
    id: 'LOGIN-44',
    title: 'Tokens show in no log: inspection, JSON and string of the result are redacted.',
    requires,
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const result = await sso.login.complete({ callback, flow: begun.flow });
      const { accessToken, idToken, refreshToken } = result.tokens;
      const values = [accessToken, idToken, refreshToken].flatMap((token) => (token ? [token.reveal()] : []));
      check.ok(values.length > 0, 'there is no token');
      check.conceals(result, ...values);
      check.equal(String(accessToken), '[redacted]');
    },
  },
  {
    id: 'LOGIN-45',
    title: 'A code exchange the vendor answers with 503, or not at all, is sent exactly once.',
    requires,
    needs: [...loginNeeds, 'faults'],
    async run(context) {
      const { sso, check, createTenant, faults, traffic } = context;
      const tenant = await createTenant();
      for (const fault of [{ status: 503, body: '{}' }, { closeConnection: true }]) {
        const { begun, callback } = await startLogin(context, tenant);
        const recorded = await traffic.record();
        await faults.next({ target: 'code_exchange', ...fault });
        await check.rejects(() => sso.login.complete({ callback, flow: begun.flow }), 'unavailable');
        await faults.clear();
        const code = new URL(callback).searchParams.get('code')!;
        const sent = (await recorded()).filter(({ body }) => body.includes(encodeURIComponent(code)));
        check.equal(sent.length, 1);
      }
    },
  },
  {
    id: 'LOGIN-46',
    title: "A vendor's error that repeats the code does not bring it into ours.",
    requires,
    needs: [...loginNeeds, 'faults'],
    async run(context) {
      const { sso, check, createTenant, faults } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      const code = new URL(callback).searchParams.get('code')!;
      const told = `The code '${code}' is invalid.`;
      await faults.next({
        target: 'code_exchange',
        status: 400,
        body: JSON.stringify({ error: 'invalid_grant', error_description: told, message: told }),
      });
      const error = await check.rejectsLogin(
        () => sso.login.complete({ callback, flow: begun.flow }),
        'code_rejected',
      );
      check.conceals(error, code);
    },
  },
  {
    id: 'LOGIN-47',
    title: "Where the vendor tells it, idpId is the identity provider's own id of the person.",
    requires,
    needs: [...loginNeeds, 'tellsIdpId'],
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenant = await createTenant();
      const { begun, callback } = await startLogin(context, tenant);
      const { profile, idpId } = await sso.login.complete({ callback, flow: begun.flow });
      check.equal([profile.idpId, idpId], [tenant.user.id, tenant.user.id]);
    },
  },
];
