import { SsoError } from '@org/sso-core';
import { readBody, type ApiClient } from '@org/sso-core/http';
import type { CallContext } from '@org/sso-core/provider';
import { factsOf } from './errors.js';
import { providerId } from './ids.js';
import type { ScalekitSettings } from './settings.js';

type Headers = Readonly<Record<string, string>>;

/** The client-credentials token of the management API, as request headers. */
export interface AccessToken {
  /** Fetches a token when there is none or it is about to expire; all callers share one fetch. */
  headers(context: CallContext): Headers | Promise<Headers>;
  /** Forgets the token in `refused`, unless it was replaced already. */
  forget(refused: Headers): void;
}

const refreshBeforeExpiryMs = 60_000;

/** The fetch is shared, so it follows no single call's signal or deadline. */
const sharedContext: CallContext = { operation: 'accessToken' };

/** `POST /oauth/token` with credentials in the body [S][D]. Tokens live about 24 hours; `expires_in` decides. */
export function createAccessToken(
  client: ApiClient,
  { clientId, clientSecret, now }: ScalekitSettings,
): AccessToken {
  let current: { readonly headers: Headers; readonly refreshAt: number } | undefined;
  let pending: Promise<Headers> | undefined;

  async function fetchToken(): Promise<Headers> {
    const requestedAt = now();
    const { body } = await client.request({
      context: sharedContext,
      method: 'POST',
      path: '/oauth/token',
      form: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
      authenticate: false,
      replay: 'idempotent',
      secrets: [clientSecret],
    });
    const { apiTokenAnswer } = await import('./wire/token.js');
    const { access_token: token, expires_in: seconds } = readBody(
      apiTokenAnswer,
      body,
      providerId,
      sharedContext,
    );
    const headers = { authorization: `Bearer ${token}` };
    // Without a lifetime the token serves until it is refused.
    const lifetimeMs = (seconds ?? Infinity) * 1000;
    current = {
      headers,
      refreshAt: requestedAt + lifetimeMs - Math.min(refreshBeforeExpiryMs, lifetimeMs / 10),
    };
    return headers;
  }

  async function nextHeaders({ operation }: CallContext): Promise<Headers> {
    pending ??= fetchToken().finally(() => {
      pending = undefined;
    });
    try {
      return await pending;
    } catch (error) {
      if (!SsoError.isInstance(error)) throw error;
      throw new SsoError({
        ...factsOf(error),
        operation,
        message: `${operation}: no API token: ${error.message}`,
        cause: error,
      });
    }
  }

  return {
    headers: (context) => (current && now() < current.refreshAt ? current.headers : nextHeaders(context)),
    forget(refused) {
      if (current?.headers['authorization'] === refused['authorization']) current = undefined;
    },
  };
}
