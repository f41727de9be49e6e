import { createHash, randomBytes } from 'node:crypto';
import { createSso, organizationId, type BegunLogin } from '@org/sso-core';
import type { HttpTransport } from '@org/sso-core/http';
import { createTokenVerifier } from '@org/sso-core/provider';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import {
  compactDecrypt,
  CompactEncrypt,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import { cpuMs, medianOfRounds, printBudget, printTable } from './measure.js';

const rounds = 15;
const loginsPerSample = 200;

const issuer = 'https://acme.scalekit.com';
const clientId = 'skc_1';
const redirectUri = 'https://app.example.com/sso/callback';
const login = { secrets: ['0123456789abcdef0123456789abcdef'], redirectUri };

const { privateKey, publicKey } = await generateKeyPair('RS256');
const header = { alg: 'RS256', kid: 'key_1', typ: 'JWT' };
const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: header.kid, alg: header.alg, use: 'sig' }] };
const accessToken = await new SignJWT({ sub: 'conn_1;00u1ada' })
  .setProtectedHeader(header)
  .setIssuer(issuer)
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(privateKey);

function signIdToken(nonce: string): Promise<string> {
  return new SignJWT({
    oid: 'org_1',
    azp: clientId,
    nonce,
    at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    amr: ['conn_1'],
    email: 'ada@acme.example',
    email_verified: true,
    given_name: 'Ada',
    family_name: 'Adams',
    groups: ['Engineering'],
  })
    .setProtectedHeader(header)
    .setSubject('conn_1;00u1ada')
    .setIssuer(issuer)
    .setAudience(clientId)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
}

/** Answers at once: key sets, and whatever the token endpoint shall say next. */
let tokenAnswer = '';
const transport: HttpTransport = async ({ url }) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: url.endsWith('/token') ? tokenAnswer : JSON.stringify(keySet),
});

const workos = createSso({
  provider: createWorkos({ apiKey: 'sk_test_bench', clientId: 'client_bench', http: { transport } }),
  login,
});
const scalekit = createSso({
  provider: createScalekit({ environmentUrl: issuer, clientId, clientSecret: 'test_1', http: { transport } }),
  login,
});
const clients = { workos, scalekit };
type Vendor = keyof typeof clients;

const begin = (vendor: Vendor) =>
  clients[vendor].login.begin({ organization: organizationId(`${vendor}:org_1`), returnTo: '/reports' });

async function answerFor(vendor: Vendor, begun: BegunLogin): Promise<string> {
  if (vendor === 'scalekit') {
    const idToken = await signIdToken(new URL(begun.url).searchParams.get('nonce')!);
    return JSON.stringify({
      access_token: accessToken,
      id_token: idToken,
      expires_in: 3600,
      token_type: 'Bearer',
    });
  }
  const profile = {
    object: 'profile',
    id: 'prof_1',
    organization_id: 'org_1',
    connection_id: 'conn_1',
    connection_type: 'OktaSAML',
    idp_id: '00u1ada',
    email: 'ada@acme.example',
    first_name: 'Ada',
    last_name: 'Adams',
    groups: ['Engineering'],
    custom_attributes: {},
    raw_attributes: {},
  };
  return JSON.stringify({ access_token: accessToken, token_type: 'Bearer', expires_in: 600, profile });
}

const key = randomBytes(32);
const sealAlone = (text: string) =>
  new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(key);
const flowText = JSON.stringify({ flow: 'x'.repeat(400) });

const localKeySet = createLocalJWKSet(keySet);
const checks = {
  algorithms: ['RS256'],
  issuer,
  audience: clientId,
  requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
  clockTolerance: 60,
};
const verifier = createTokenVerifier({ provider: 'scalekit', jwksUrl: `${issuer}/keys`, transport });

/** Runs once per login, after a preparation that is not measured. */
interface Contender<Prepared = unknown> {
  readonly title: string;
  readonly prepare: () => Promise<Prepared>;
  readonly run: (prepared: Prepared) => Promise<unknown>;
}
const contender = <Prepared>(parts: Contender<Prepared>) => parts as Contender;

function completion(vendor: Vendor): Contender {
  return contender({
    title: `${vendor}: login.complete`,
    async prepare() {
      const begun = await begin(vendor);
      return { begun, answer: await answerFor(vendor, begun) };
    },
    async run({ begun, answer }) {
      tokenAnswer = answer;
      await clients[vendor].login.complete({
        callback: new URL(`${redirectUri}?code=code_1&state=${begun.state}`),
        flow: begun.flow,
      });
    },
  });
}

const idToken = await signIdToken('n0nce');
const nothing = async () => {};
const contenders = {
  'verify-jose': contender({
    title: 'ID token: jose alone, key set in memory',
    prepare: nothing,
    run: () => jwtVerify(idToken, localKeySet, checks),
  }),
  verify: contender({
    title: 'ID token: createTokenVerifier',
    prepare: nothing,
    run: () =>
      verifier.verify(idToken, {
        operation: 'login.complete',
        issuer,
        audience: clientId,
        requiredClaims: ['sub', 'nonce'],
      }),
  }),
  'seal-jose': contender({
    title: 'flow: jose alone, sealing',
    prepare: nothing,
    run: () => sealAlone(flowText),
  }),
  'open-jose': contender({
    title: 'flow: jose alone, opening',
    prepare: () => sealAlone(flowText),
    run: (sealed) => compactDecrypt(sealed, key),
  }),
  'workos-begin': contender({ title: 'workos: login.begin', prepare: nothing, run: () => begin('workos') }),
  'workos-complete': completion('workos'),
  'scalekit-begin': contender({
    title: 'scalekit: login.begin',
    prepare: nothing,
    run: () => begin('scalekit'),
  }),
  'scalekit-complete': completion('scalekit'),
};
type Name = keyof typeof contenders;

const microsecondsEach = (ms: number) => (ms * 1000) / loginsPerSample;

async function sample(name: Name): Promise<{ cpu: number; wall: number }> {
  const { prepare, run } = contenders[name];
  const prepared: unknown[] = [];
  for (let count = 0; count < loginsPerSample; count += 1) prepared.push(await prepare());
  const [cpuAtStart, startedAt] = [cpuMs(), performance.now()];
  for (const each of prepared) await run(each);
  return {
    cpu: microsecondsEach(cpuMs() - cpuAtStart),
    wall: microsecondsEach(performance.now() - startedAt),
  };
}

/** What this library adds to a login, without any network. */
export async function benchLogin(): Promise<void> {
  const names = Object.keys(contenders) as Name[];
  const medians = await medianOfRounds(rounds, names, sample);
  printTable(
    ['once per login', 'CPU µs', 'wall µs'],
    names.map((name) => [
      contenders[name].title,
      medians[name].cpu.toFixed(0),
      medians[name].wall.toFixed(0),
    ]),
  );
  console.log();
  printBudget(
    'ID token verification, CPU × jose alone',
    medians.verify.cpu / medians['verify-jose'].cpu,
    1.3,
  );
}
