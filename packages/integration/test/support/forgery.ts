import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TamperOrder } from '@org/sso-emulators';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

type Forgery = Omit<TamperOrder, 'target'>;

const seconds = () => Math.floor(Date.now() / 1000);

/** What makes any of a vendor's tokens unacceptable, by what is wrong with it. */
export const forgeries: readonly (readonly [string, Forgery])[] = [
  ['signed by an unknown key', { sign: 'unknown_key' }],
  ['of an unknown kid', { header: { kid: 'evil' } }],
  ['unsigned (alg none)', { sign: 'none' }],
  ['signed with HS256 and the public key', { sign: 'hs256_public_key' }],
  ['naming an algorithm that is not accepted', { header: { alg: 'PS256' } }],
  ['with a critical header nobody knows', { header: { crit: ['evil'], evil: true } }],
  ['with unencoded payload (crit b64)', { header: { crit: ['b64'], b64: false } }],
  ['of a foreign issuer', { claims: { iss: 'https://evil.example' } }],
  ['without issuer', { claims: { iss: null } }],
  ['expired', { claims: { exp: seconds() - 61 } }],
  ['without expiry', { claims: { exp: null } }],
  ['issued in the future', { claims: { iat: seconds() + 300 } }],
  ['not valid yet', { claims: { nbf: seconds() + 300 } }],
];

/** Where an attacker's header may say the key is. */
export const keyHeaders = ['jwk', 'jku', 'x5u', 'x5c'] as const;

export interface Attacker {
  /** The claims of an honest token, signed with the attacker's key under `header`. */
  forge(
    honest: string,
    claims: Readonly<Record<string, unknown>>,
    header: (typeof keyHeaders)[number],
  ): Promise<string>;
  /** Requests for the attacker's key set. */
  readonly keyRequests: () => number;
}

/** An attacker with a key of their own and a server that publishes it. */
export async function createAttacker(): Promise<Attacker> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: 'evil' };
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const headers = { jwk: { jwk }, jku: { jku: url }, x5u: { x5u: url }, x5c: { x5c: [jwk.n!] } };
  return {
    forge: (honest, claims, header) =>
      new SignJWT({ ...decodeJwt(honest), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'evil', ...headers[header] })
        .sign(privateKey),
    keyRequests: () => requests,
  };
}
