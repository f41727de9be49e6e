import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  UnsecuredJWT,
} from 'jose';

/** How a token is made hostile: claims and header are merged over the honest ones, `null` removes. */
export interface Tamper {
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
  jwks(): { keys: JWK[] };
  /** Starts signing with a new key; answers its `kid`. */
  rotate(): Promise<string>;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** Generates the first key. `kid` names the n-th key (from 1) in the vendor's format. */
export async function createSigningKeys(kid: (number: number) => string): Promise<SigningKeys> {
  let generated = 0;
  async function generate(): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    generated += 1;
    const name = kid(generated);
    return {
      kid: name,
      privateKey,
      publicKey,
      jwk: { ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: name },
    };
  }

  let current = await generate();
  let previous: SigningKey | undefined;

  return {
    async sign(claims, header = {}, tamper = {}) {
      const payload = overlay(claims, tamper.claims);
      if (tamper.sign === 'none') return new UnsecuredJWT(payload).encode();
      if (tamper.sign === 'hs256_public_key') {
        const secret = new TextEncoder().encode(await exportSPKI(current.publicKey));
        return compact(
          payload,
          overlay({ ...header, alg: 'HS256', kid: current.kid }, tamper.header),
          secret,
        );
      }
      const key = tamper.sign === 'unknown_key' ? await generate() : current;
      return compact(
        payload,
        overlay({ ...header, alg: 'RS256', kid: key.kid }, tamper.header),
        key.privateKey,
      );
    },
    jwks: () => ({ keys: [current, ...(previous ? [previous] : [])].map((key) => key.jwk) }),
    async rotate() {
      previous = current;
      current = await generate();
      return current.kid;
    },
  };
}

function compact(
  payload: object,
  header: Record<string, unknown>,
  key: CryptoKey | Uint8Array,
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(key);
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
