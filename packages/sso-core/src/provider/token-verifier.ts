import type { JWTPayload } from 'jose';
import { SsoError } from '../errors.js';
import { withDeadline } from '../http/deadline.js';
import type { HttpTransport } from '../http/transport.js';

export interface TokenVerifierOptions {
  readonly provider: string;
  /** Key set of the configured origin. URLs in a token's header (`jku`, `x5u`) are never followed. */
  readonly jwksUrl: string;
  /** Accepted algorithms; a token's header cannot extend them. Default RS256 only. */
  readonly algorithms?: readonly string[];
  /** Tolerated clock difference in seconds. Default 60. */
  readonly clockToleranceSeconds?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  readonly transport: HttpTransport;
}

export interface TokenExpectation {
  readonly operation: string;
  /** Any of several, for a vendor that changes hosts. */
  readonly issuer: string | readonly string[];
  readonly audience?: string;
  /** Claims that must be there. `exp` and `iat` always must. */
  readonly requiredClaims?: readonly string[];
}

/** Verifies a vendor's JWTs against its published keys. */
export interface TokenVerifier {
  /** Checks signature, algorithm, issuer, audience, expiry, not-before and issue time. Throws `verification_failed`. */
  verify(token: string, expectation: TokenExpectation): Promise<JWTPayload>;
}

const refetchCooldownMs = 30_000;
const freshForMs = 10 * 60_000;
const usableWhenStaleForMs = 24 * 60 * 60_000;
const fetchTimeoutMs = 10_000;

/**
 * Keys are fetched on first use, kept ten minutes, and refetched on an unknown `kid` at once but not again within thirty seconds, one
 * fetch at a time. When the key endpoint fails, the last good set serves for up to a day, and the next
 * attempt waits thirty seconds.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const {
    provider,
    jwksUrl,
    algorithms = ['RS256'],
    clockToleranceSeconds = 60,
    now = Date.now,
    transport,
  } = options;
  let lastGood: { readonly body: string; readonly at: number } | undefined;
  let coolingDownSince = -Infinity;

  /** jose asks when its keys are old, and on every unknown `kid`: only the latter comes while the last good set is fresh. */
  async function currentKeys(): Promise<Response> {
    const age = lastGood ? Date.now() - lastGood.at : Infinity;
    if (lastGood && age <= usableWhenStaleForMs && Date.now() - coolingDownSince < refetchCooldownMs)
      return keyResponse(lastGood.body);
    if (age < freshForMs) coolingDownSince = Date.now();
    return fetchKeys();
  }

  async function fetchKeys(): Promise<Response> {
    const answer = await withDeadline(fetchTimeoutMs, undefined, (signal) =>
      transport({ method: 'GET', url: jwksUrl, headers: { accept: 'application/json' }, signal }),
    ).catch(() => undefined);
    if (answer?.status === 200 && isKeySet(answer.body)) {
      lastGood = { body: answer.body, at: Date.now() };
    } else if (lastGood && Date.now() - lastGood.at <= usableWhenStaleForMs) {
      coolingDownSince = Date.now();
    } else {
      throw new SsoError({
        code: 'unavailable',
        message: `The signing keys of ${provider} could not be fetched`,
        provider,
        retryable: true,
        status: answer?.status,
      });
    }
    return keyResponse(lastGood.body);
  }

  async function load() {
    const [{ jwtVerify }, { createRemoteJWKSet, customFetch }] = await Promise.all([
      import('jose/jwt/verify'),
      import('jose/jwks/remote'),
    ]);
    const keys = createRemoteJWKSet(new URL(jwksUrl), {
      // Its own cool-down begins with any fetch, which would refuse a key rotated soon after the start.
      cooldownDuration: 0,
      cacheMaxAge: freshForMs,
      timeoutDuration: fetchTimeoutMs,
      [customFetch]: currentKeys,
    });
    return { jwtVerify, keys };
  }
  let loaded: ReturnType<typeof load> | undefined;

  return {
    async verify(token, { operation, issuer, audience, requiredClaims = [] }) {
      const { jwtVerify, keys } = await (loaded ??= load());
      const currentDate = new Date(now());
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: [...algorithms],
          issuer: typeof issuer === 'string' ? issuer : [...issuer],
          ...(audience === undefined ? {} : { audience }),
          requiredClaims: ['exp', 'iat', ...requiredClaims],
          clockTolerance: clockToleranceSeconds,
          currentDate,
        });
        if (payload.iat! > currentDate.getTime() / 1000 + clockToleranceSeconds) {
          throw verificationFailed(provider, operation, 'the token is issued in the future', undefined);
        }
        return payload;
      } catch (error) {
        if (SsoError.isInstance(error)) throw error;
        throw verificationFailed(provider, operation, explain(error), error);
      }
    },
  };
}

function verificationFailed(provider: string, operation: string, why: string, cause: unknown): SsoError {
  return new SsoError({
    code: 'verification_failed',
    message: `${operation}: token of ${provider} refused: ${why}`,
    provider,
    operation,
    cause,
  });
}

function explain(error: unknown): string {
  const { code, claim } = error as { code?: string; claim?: string };
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return 'it has expired';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return `claim "${claim}" is missing or not as expected`;
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'the signature does not match';
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'it is signed by an unknown key';
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return 'its algorithm is not accepted';
    default:
      return 'it is malformed';
  }
}

function keyResponse(body: string): Response {
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

function isKeySet(body: string): boolean {
  try {
    return Array.isArray((JSON.parse(body) as { keys?: unknown }).keys);
  } catch {
    return false;
  }
}
