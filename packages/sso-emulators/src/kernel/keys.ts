import { createHash, createHmac, generateKeyPair, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { selfSignedCertificate } from './certificate.js';

/** How a token is made hostile: claims and header are merged over the honest ones, `null` removes. */
interface Tamper {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly sign?: TamperSigning;
}

export const tamperSignings = ['key', 'unknown_key', 'none', 'hs256_public_key'] as const;
export type TamperSigning = (typeof tamperSignings)[number];

/** An emulator's RS256 keys. The newest signs; the one before it stays published. */
export interface SigningKeys {
  /** A compact JWT over `claims`; `tamper` spoils it. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
    tamper?: Tamper,
  ): Promise<string>;
  jwks(options?: { readonly certificates?: boolean }): Promise<{ keys: JsonWebKey[] }>;
  /** Starts signing with a new key; answers its `kid`. */
  rotate(): Promise<string>;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** `kid` names the n-th key (from 1) in the vendor's format. The first is made when it is needed: most runs of an emulator need none. */
export function createSigningKeys(kid: (number: number) => string): SigningKeys {
  let started = 0;
  async function generate(): Promise<SigningKey> {
    started += 1;
    const name = kid(started);
    return { kid: name, ...(await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })) };
  }

  let newest: Promise<SigningKey> | undefined;
  let previous: Promise<SigningKey> | undefined;
  const current = () => (newest ??= generate());

  return {
    async sign(claims, header = {}, tamper = {}) {
      const own = current();
      const key = await (tamper.sign === 'unknown_key' ? generate() : own);
      const algorithm = { none: 'none', hs256_public_key: 'HS256', unknown_key: 'RS256', key: 'RS256' };
      const honest = { ...header, alg: algorithm[tamper.sign ?? 'key'], kid: key.kid };
      const unsigned = [overlay(honest, tamper.header), overlay(claims, tamper.claims)].map(encode).join('.');
      return `${unsigned}.${signature(unsigned, key, tamper.sign).toString('base64url')}`;
    },
    async jwks({ certificates = false } = {}) {
      const published = await Promise.all(previous ? [current(), previous] : [current()]);
      return {
        keys: published.map((key) => ({
          ...key.publicKey.export({ format: 'jwk' }),
          alg: 'RS256',
          use: 'sig',
          kid: key.kid,
          ...(certificates && certificateOf(key)),
        })),
      };
    },
    async rotate() {
      previous = current();
      newest = generate();
      return (await newest).kid;
    },
  };
}

/** A key's certificate as members of its JWK (RFC 7517). */
function certificateOf(key: SigningKey): JsonWebKey {
  const certificate = selfSignedCertificate(key.kid, key);
  return {
    x5c: [certificate.toString('base64')],
    'x5t#S256': createHash('sha256').update(certificate).digest('base64url'),
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Made by hand: a hostile header may name an algorithm that no JWT library would sign with this key. */
function signature(unsigned: string, key: SigningKey, how: TamperSigning = 'key'): Buffer {
  if (how === 'none') return Buffer.alloc(0);
  if (how === 'hs256_public_key') {
    const secret = key.publicKey.export({ type: 'spki', format: 'pem' });
    return createHmac('sha256', secret).update(unsigned).digest();
  }
  return sign('RSA-SHA256', Buffer.from(unsigned), key.privateKey);
}

/** `changes` merged over `base`; `null` removes the name. */
export function overlay(
  base: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const merged = Object.entries({ ...base, ...changes });
  return Object.fromEntries(merged.filter(([name]) => !(name in changes && changes[name] === null)));
}

/** A `Tamper` waiting for the next tokens of one kind. */
export interface TamperOrder extends Tamper {
  readonly target: string;
  /** How many tokens it spoils; 1 when absent. */
  readonly times?: number;
}

export interface TamperOrders {
  add(order: TamperOrder): void;
  /** The next order for this kind of token, used up by one. */
  take(target: string): Tamper | undefined;
  clear(): void;
}

export function createTamperOrders(): TamperOrders {
  let waiting: { order: TamperOrder; remaining: number }[] = [];
  return {
    add(order) {
      waiting.push({ order, remaining: order.times ?? 1 });
    },
    take(target) {
      const found = waiting.find(({ order }) => order.target === target);
      if (!found) return undefined;
      found.remaining -= 1;
      if (found.remaining <= 0) waiting = waiting.filter((entry) => entry !== found);
      return found.order;
    },
    clear() {
      waiting = [];
    },
  };
}
