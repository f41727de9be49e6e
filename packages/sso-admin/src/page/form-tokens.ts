import { createHash, hkdfSync, randomUUID } from 'node:crypto';

/** Whose form it is: a token is good for this session, person and organization alone. */
export interface FormOwner {
  readonly sessionId: string;
  readonly actorId: string;
  readonly organizationId: string;
}

export interface FormToken {
  /** What the form is about, such as a connection's id; empty when there is nothing to name. */
  readonly target: string;
  /** Unique for the form as it was shown: a double submit has the same. */
  readonly id: string;
}

export interface FormTokens {
  sign(purpose: string, owner: FormOwner, target: string): Promise<string>;
  /** `undefined` for anything that was not signed with one of the secrets for this purpose and owner, or is too old. */
  verify(purpose: string, owner: FormOwner, token: string): Promise<FormToken | undefined>;
}

export interface FormTokenOptions {
  readonly secrets: readonly string[];
  readonly lifetimeSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const type = '@org/sso-admin/form/v1';
const maxLength = 2048;

/** JWS (RFC 7515) with HS256. The key is derived for this use alone (HKDF-SHA256), so nothing else signed with the secret counts here. */
export function createFormTokens({ secrets, lifetimeSeconds, now }: FormTokenOptions): FormTokens {
  const keys = secrets.map((secret) => {
    const key = new Uint8Array(hkdfSync('sha256', secret, '', type, 32));
    return { key, id: createHash('sha256').update(key).digest('base64url').slice(0, 11) };
  });
  return {
    async sign(purpose, owner, target) {
      const { SignJWT } = await import('jose/jwt/sign');
      const { key, id } = keys[0]!;
      return new SignJWT({ target })
        .setProtectedHeader({ alg: 'HS256', typ: type, kid: id })
        .setAudience(purpose)
        .setSubject(digestOf(owner))
        .setJti(randomUUID())
        .setExpirationTime(Math.floor(now() / 1000) + lifetimeSeconds)
        .sign(key);
    },
    async verify(purpose, owner, token) {
      if (token.length > maxLength) return undefined;
      const { jwtVerify } = await import('jose/jwt/verify');
      try {
        const { payload } = await jwtVerify<{ target?: unknown }>(
          token,
          ({ kid }) => {
            const found = keys.find(({ id }) => id === kid);
            if (!found) throw new Error('unknown key');
            return found.key;
          },
          {
            algorithms: ['HS256'],
            typ: type,
            audience: purpose,
            subject: digestOf(owner),
            requiredClaims: ['jti', 'exp'],
            currentDate: new Date(now()),
          },
        );
        const { jti, target } = payload;
        return jti !== undefined && typeof target === 'string' ? { id: jti, target } : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** A session id is a credential, and a page's source is seen by many. */
function digestOf({ sessionId, actorId, organizationId }: FormOwner): string {
  return createHash('sha256')
    .update(JSON.stringify([sessionId, actorId, organizationId]))
    .digest('base64url');
}
