import { createHash, randomBytes } from 'node:crypto';
import { createSso, LoginRejectedError, SsoError, type ConnectionRef, type LoginClient } from '@org/sso-core';
import type { LoginFacet } from '@org/sso-core/provider';
import type { Side } from '../side.js';
import { check, failedTo } from './check.js';
import type { VerificationCheck } from './verification.js';

export interface TestLogin {
  /** One that is registered at the target. Nothing is sent there. */
  readonly redirectUri: string;
  /**
   * Signs a test person in at the identity provider, such as by a browser: follows the authorization URL and answers the URL of the
   * callback. Without it a test login ends where the target sends the browser on to the identity provider.
   */
  readonly signIn?: (authorizationUrl: string) => Promise<string>;
}

const timeoutMs = 10_000;

/** Tries to sign in through a connection of the target. */
export async function checkLogin(
  { provider }: Side,
  ref: ConnectionRef,
  testLogin: TestLogin | undefined,
  signal: AbortSignal | undefined,
): Promise<VerificationCheck> {
  const { login } = provider;
  if (!login) return check('login', 'not_possible', `${provider.id} has no logins.`);
  if (!testLogin) {
    return check('login', 'not_possible', 'No redirect URI was given for a test login.');
  }
  try {
    return testLogin.signIn
      ? await signInOnce(provider, ref, testLogin.redirectUri, testLogin.signIn)
      : await followOnce(login, ref, testLogin.redirectUri, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (LoginRejectedError.isInstance(error)) {
      return check(
        'login',
        'failed',
        `The test login through ${ref.connectionId} was refused: ${error.reason}.`,
      );
    }
    if (SsoError.isInstance(error)) return failedTo('login', error);
    throw error;
  }
}

async function signInOnce(
  provider: Side['provider'],
  { organizationId, connectionId }: ConnectionRef,
  redirectUri: string,
  signIn: NonNullable<TestLogin['signIn']>,
): Promise<VerificationCheck> {
  const { login } = createSso({
    provider,
    login: { secrets: [randomBytes(32).toString('base64url')], redirectUri },
  }) as unknown as { readonly login: LoginClient };
  const { url, flow } = await login.begin({ connection: connectionId });
  const { organizationId: whose } = await login.complete({ callback: new URL(await signIn(url)), flow });
  return whose === organizationId
    ? check('login', 'passed', `A test person signed in through ${connectionId}.`)
    : check(
        'login',
        'failed',
        `A test person who signed in through ${connectionId} belongs to ${whose ?? 'no organization'}.`,
      );
}

/** One request, to the target itself: addresses of customers' identity providers are not called. */
async function followOnce(
  login: LoginFacet,
  { organizationId, connectionId }: ConnectionRef,
  redirectUri: string,
  outer: AbortSignal | undefined,
): Promise<VerificationCheck> {
  const url = login.authorizationUrl({
    selector: login.features.selectors.includes('connection')
      ? { connection: connectionId }
      : { organization: organizationId },
    redirectUri,
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    codeChallenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
  });
  const timeout = AbortSignal.timeout(timeoutMs);
  let answer: Response;
  try {
    answer = await fetch(url, {
      redirect: 'manual',
      signal: outer ? AbortSignal.any([outer, timeout]) : timeout,
    });
    await answer.body?.cancel();
  } catch (error) {
    outer?.throwIfAborted();
    throw new SsoError({
      code: timeout.aborted ? 'deadline_exceeded' : 'unavailable',
      message: 'The target did not answer the test login',
      retryable: true,
      cause: error,
    });
  }
  const location = answer.headers.get('location');
  if (answer.status >= 500) {
    throw new SsoError({
      code: 'unavailable',
      message: `The target answered the test login with status ${answer.status}`,
      status: answer.status,
      retryable: true,
    });
  }
  if (location === null || !URL.canParse(location, url)) {
    return check(
      'login',
      answer.status >= 400 ? 'failed' : 'not_possible',
      answer.status >= 400
        ? `The target refused the test login with status ${answer.status}. Is the redirect URI registered there?`
        : 'The target answered with a page of its own, which only a person can take further.',
    );
  }
  const next = new URL(location, url);
  if (leadsTo(next, redirectUri)) {
    const code = next.searchParams.get('error');
    return check(
      'login',
      'failed',
      `The target refused the test login through ${connectionId}: ${code === null ? 'it came straight back' : login.rejectionReason(code)}.`,
    );
  }
  return check(
    'login',
    'passed',
    `A login through ${connectionId} is sent on to ${next.host}. Whether people get in there, only one of them can tell.`,
  );
}

function leadsTo({ origin, pathname }: URL, redirectUri: string): boolean {
  const callback = new URL(redirectUri);
  return origin === callback.origin && pathname === callback.pathname;
}
