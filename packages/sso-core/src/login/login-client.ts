import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  invalidArgument,
  LoginRejectedError,
  SsoError,
  UnsupportedOperationError,
  type LoginRejectionReason,
} from '../errors.js';
import type { FacetCaller } from '../client/call.js';
import type { ConnectionsClient, DomainsClient } from '../client/facets.js';
import type { CallOptions } from '../client/options.js';
import type { Connection, ConnectionId, OrganizationId, Profile } from '../model/index.js';
import { Secret } from '../secret.js';
import type {
  AccessTokenClaims,
  LoginAssurance,
  LoginFacet,
  LoginSelector,
  LoginSelectorKind,
  LoginTokens,
  LogoutRequest,
} from '../provider/facets/login.js';
import type { CallContext } from '../provider/context.js';
import { readCallback, type CallbackParameters, type CallbackSource } from './callback.js';
import { normalizeEmail } from './email.js';
import { createFlowSealer, type LoginFlow } from './flow.js';
import { createMemoryOneTimeIds } from './one-time-ids.js';
import { acceptReturnTo } from './return-to.js';
import { checkLoginSettings, type LoginSettings } from './settings.js';

/** Exactly one selector, and how the login should go. */
export type BeginLogin = LoginSelector & {
  readonly loginHint?: string;
  /** A path of your app, or a URL of one of `returnToOrigins`; anything else becomes `defaultReturnTo`. */
  readonly returnTo?: string;
  /** Ask the identity provider to authenticate again. */
  readonly forceReauthentication?: boolean;
};

export interface BegunLogin {
  /** Redirect the browser there. */
  readonly url: string;
  /** Sealed. Keep it in an HttpOnly cookie of its own per login, named by `state`, and hand it to `complete`. */
  readonly flow: string;
  /** Names this login among several tabs. */
  readonly state: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export interface CompleteLogin {
  /** The callback as it arrived. */
  readonly callback: CallbackSource;
  /** The value `begin` returned, from the browser's cookie; absent when there is none. */
  readonly flow: string | undefined;
}

/** A login that passed every check. */
export interface LoginResult {
  readonly profile: Profile;
  readonly organizationId: OrganizationId | null;
  readonly connectionId: ConnectionId | null;
  readonly idpId: string | null;
  readonly emailVerified: boolean | 'unknown';
  readonly tokens: LoginTokens;
  /** Safe to redirect to. */
  readonly returnTo: string;
  /** What was actually verified. */
  readonly assurance: readonly LoginAssurance[];
}

export interface LoginLookup {
  /** ASCII domain of the address. */
  readonly domain: string;
  /** Hand it to `begin`; `null` when no connection serves the domain. */
  readonly selector: LoginSelector | null;
  /** The normalised address. */
  readonly loginHint: string;
}

/** A login that began at the identity provider, turned into the start of an ordinary one. */
export interface IdpInitiatedLogin {
  /** `null` when the vendor does not say who wants in: show your sign-in page. */
  readonly selector: LoginSelector | null;
  readonly loginHint: string | null;
  /** From RelayState, already filtered. */
  readonly returnTo: string;
}

/** Signing people in, with the checks an app must not get wrong built in. */
export interface LoginClient {
  /** The configured callback URL; `null` without login settings. */
  readonly redirectUri: string | null;
  /** Starts a login. Throws `invalid_argument` unless exactly one selector is given, `not_found` when a domain has no connection. */
  begin(request: BeginLogin, options?: CallOptions): Promise<BegunLogin>;
  /** Finishes it. Throws `login_rejected` with a reason safe to show, or `verification_failed`. */
  complete(request: CompleteLogin, options?: CallOptions): Promise<LoginResult>;
  /** Whether single sign-on exists for an e-mail address, by exact domain. A miss is an answer, not an error. */
  lookup(email: string, options?: CallOptions): Promise<LoginLookup>;
  /**
   * Recognises a login that began at the identity provider; `null` for anything else. It never makes a session: start a new login with
   * what it returns. Throws `verification_failed`, or `login_rejected` when the request was used before.
   */
  readIdpInitiated(callback: CallbackSource, options?: CallOptions): Promise<IdpInitiatedLogin | null>;
  /** Verifies an access token against the vendor's keys. Throws `verification_failed`. */
  verifyAccessToken(token: string | Secret, options?: CallOptions): Promise<AccessTokenClaims>;
  /** Where to send the browser to end the vendor's session too. */
  logoutUrl(request: LogoutRequest, options?: CallOptions): Promise<string>;
}

const selectorKinds = [
  'organization',
  'connection',
  'domain',
  'identityProvider',
] as const satisfies readonly LoginSelectorKind[];

export function createLoginClient(
  { call, provider }: FacetCaller<LoginFacet>,
  { connections, domains }: { readonly connections: ConnectionsClient; readonly domains: DomainsClient },
  configured: LoginSettings | undefined,
): LoginClient {
  if (configured) checkLoginSettings(configured, provider.id);
  const now = configured?.now ?? Date.now;
  const oneTimeIds = configured?.oneTimeIds ?? createMemoryOneTimeIds(now);
  let sealer: ReturnType<typeof createFlowSealer> | undefined;

  function requireSettings(operation: string) {
    if (!configured) {
      throw new SsoError({
        code: 'failed_precondition',
        message: `${operation} needs login settings: createSso({ provider, login: { secrets, redirectUri } })`,
        provider: provider.id,
        operation,
      });
    }
    sealer ??= createFlowSealer(configured.secrets);
    return { settings: configured, sealer };
  }

  function filterReturnTo(value: string | null | undefined): string {
    return acceptReturnTo(value, configured?.returnToOrigins ?? []) ?? configured?.defaultReturnTo ?? '/';
  }

  /** A selector the provider takes itself: a domain it does not take is resolved to its connection. */
  async function resolveSelector(
    facet: LoginFacet,
    selector: LoginSelector,
    options?: CallOptions,
  ): Promise<LoginSelector> {
    const kind = selectorKindOf(selector);
    if (facet.features.selectors.includes(kind)) return selector;
    if (kind === 'domain') {
      const connection = await findConnection(selector.domain!.toLowerCase(), options);
      if (connection) return { connection: connection.id };
      throw new SsoError({
        code: 'not_found',
        message: `login.begin: no connection that accepts logins serves the domain "${selector.domain}"`,
        provider: provider.id,
        operation: 'login.begin',
      });
    }
    throw new UnsupportedOperationError({
      facet: 'login',
      operation: `login.begin with selector "${kind}"`,
      provider: provider.id,
      reason: `its selectors are ${facet.features.selectors.join(', ')}`,
    });
  }

  /** The connection that serves a domain. A tenant that has merely claimed the domain does not count. */
  async function findConnection(domain: string, options?: CallOptions): Promise<Connection | undefined> {
    let found: Connection | undefined;
    for await (const connection of connections.list({ domain }, options)) {
      if (!connection.acceptsLogins || !(await ownsDomain(connection, domain, options))) continue;
      if (found) {
        throw new SsoError({
          code: 'failed_precondition',
          message: `Several connections serve the domain "${domain}" (${found.id}, ${connection.id}): name one with the connection selector`,
          provider: provider.id,
          operation: 'login.begin',
        });
      }
      found = connection;
    }
    return found;
  }

  async function ownsDomain(
    { organizationId }: Connection,
    domain: string,
    options?: CallOptions,
  ): Promise<boolean> {
    if (organizationId === null || !provider.domains) return true;
    for await (const claimed of domains.list({ organizationId }, options)) {
      if (claimed.domain.toLowerCase() === domain) return claimed.status === 'verified';
    }
    return false;
  }

  function reject(reason: LoginRejectionReason, message: string, vendorCode?: string): never {
    throw new LoginRejectedError({
      reason,
      message,
      vendorCode,
      provider: provider.id,
      operation: 'login.complete',
    });
  }

  /** The flow this callback belongs to, after every check that needs no request. */
  async function openFlow(
    facet: LoginFacet,
    callback: CallbackParameters,
    sealed: string | undefined,
  ): Promise<LoginFlow> {
    if (!callback.state)
      reject('unsolicited', 'The callback carries no state: this login was not started here');
    if (!sealed)
      reject(
        'flow_missing',
        'The browser did not bring the login it started: cookies may be blocked, or another browser was used',
      );
    const flow = await requireSettings('login.complete').sealer.open(sealed);
    if (!flow) reject('flow_invalid', 'The login flow was not sealed by this app');
    if (
      flow.provider !== provider.id ||
      flow.environment !== provider.environment ||
      flow.clientId !== facet.clientId
    ) {
      reject('provider_mismatch', `This login was started at provider "${flow.provider}"`);
    }
    if (flow.redirectUri !== configured!.redirectUri)
      reject('provider_mismatch', 'This login was started for another redirect URI');
    if (!equalInConstantTime(flow.state, callback.state))
      reject('state_mismatch', 'The callback belongs to another login');
    if (callback.issuer !== null && callback.issuer !== facet.issuer)
      reject('issuer_mismatch', 'The callback names another issuer');
    if (flow.expiresAt <= now() / 1000) reject('flow_expired', 'The login took too long; start again');
    if (!(await oneTimeIds.consume(flow.id, flow.expiresAt)))
      reject('flow_reused', 'This login was completed already');
    return flow;
  }

  async function complete(
    facet: LoginFacet,
    { callback: source, flow: sealed }: CompleteLogin,
    context: CallContext,
  ): Promise<LoginResult> {
    const callback =
      readCallback(source) ?? reject('malformed_callback', 'The callback repeats a parameter or is no URL');
    const flow = await openFlow(facet, callback, sealed);
    if (callback.error !== null) {
      reject(
        facet.rejectionReason(callback.error),
        `The login was refused by ${provider.id}`,
        callback.error.slice(0, 100),
      );
    }
    if (callback.code === null)
      reject('malformed_callback', 'The callback carries neither a code nor an error');
    const { profile, tokens, assurance } = await facet
      .exchangeCode(
        {
          code: callback.code,
          redirectUri: flow.redirectUri,
          codeVerifier: flow.codeVerifier,
          nonce: flow.nonce,
        },
        context,
      )
      .catch(refuseRetry);
    const { organization, connection } = flow.selector;
    if (
      (organization !== undefined && profile.organizationId !== organization) ||
      (connection !== undefined && profile.connectionId !== connection)
    ) {
      reject(
        'selector_mismatch',
        'Somebody of another organization or connection signed in than was asked for',
      );
    }
    return {
      profile,
      organizationId: profile.organizationId,
      connectionId: profile.connectionId,
      idpId: profile.idpId,
      emailVerified: profile.emailVerified,
      tokens,
      returnTo: flow.returnTo,
      assurance: [
        ...assurance,
        'flow_binding',
        ...((organization ?? connection) ? (['selector_match'] as const) : []),
      ],
    };
  }

  return {
    redirectUri: configured?.redirectUri ?? null,
    begin: (request, options) =>
      call({
        method: 'begin',
        input: request ?? {},
        options,
        run: async (facet, { loginHint, returnTo, forceReauthentication, ...selector }) => {
          requireOneSelector(selector, provider.id);
          const { settings, sealer: seal } = requireSettings('login.begin');
          const resolved = await resolveSelector(facet, selector, options);
          const codeVerifier = randomBytes(32).toString('base64url');
          const flow: LoginFlow = {
            id: randomId(),
            provider: provider.id,
            environment: provider.environment,
            clientId: facet.clientId,
            redirectUri: settings.redirectUri,
            selector: resolved,
            state: randomId(),
            nonce: randomId(),
            codeVerifier,
            returnTo: filterReturnTo(returnTo),
            expiresAt: Math.floor(now() / 1000) + (settings.flowLifetimeSeconds ?? 600),
          };
          const url = facet.authorizationUrl({
            selector: resolved,
            redirectUri: flow.redirectUri,
            state: flow.state,
            nonce: flow.nonce,
            codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
            loginHint,
            forceReauthentication,
          });
          return { url, flow: await seal.seal(flow), state: flow.state, expiresAt: flow.expiresAt };
        },
      }),
    complete: (request, options) =>
      call({ method: 'complete', input: request ?? {}, options, run: complete }),
    lookup: (email, options) =>
      call({
        method: 'lookup',
        input: email,
        options,
        run: async () => {
          const { address, domain } = normalizeEmail(email);
          const connection = await findConnection(domain, options);
          return { domain, selector: connection ? { connection: connection.id } : null, loginHint: address };
        },
      }),
    readIdpInitiated: (source, options) =>
      call({
        method: 'readIdpInitiated',
        input: source,
        options,
        run: async (facet, input, context) => {
          const callback = readCallback(input);
          const unsolicited = callback && (await facet.readUnsolicited(callback.all, context));
          if (!unsolicited) return null;
          const { selector, loginHint, relayState, oneTimeId } = unsolicited;
          if (oneTimeId && !(await oneTimeIds.consume(oneTimeId.id, oneTimeId.expiresAt))) {
            reject('flow_reused', 'This identity-provider-initiated login was used already');
          }
          return { selector, loginHint, returnTo: filterReturnTo(relayState) };
        },
      }),
    verifyAccessToken: (token, options) =>
      call({
        method: 'verifyAccessToken',
        input: token,
        options,
        run: async (facet, value, context) => {
          const text = value instanceof Secret ? value.reveal() : value;
          if (typeof text !== 'string' || text === '') {
            throw invalidArgument('login.verifyAccessToken needs an access token', {
              provider: provider.id,
              operation: context.operation,
            });
          }
          return facet.verifyAccessToken(text, context);
        },
      }),
    logoutUrl: (request, options) =>
      call({
        method: 'logoutUrl',
        input: request ?? {},
        options,
        run: (facet, input, context) => facet.logoutUrl(input, context),
      }),
  };
}

function requireOneSelector(request: Readonly<Record<string, unknown>>, provider: string): void {
  const unknown = Object.keys(request).filter((key) => !(selectorKinds as readonly string[]).includes(key));
  if (unknown.length > 0)
    throw invalidArgument(`login.begin: unknown option ${unknown.join(', ')}`, {
      provider,
      operation: 'login.begin',
    });
  const given = selectorKinds.filter((kind) => request[kind] !== undefined);
  if (given.length !== 1 || typeof request[given[0]!] !== 'string' || request[given[0]!] === '') {
    throw invalidArgument(
      `login.begin needs exactly one of ${selectorKinds.join(', ')}; got ${given.length === 0 ? 'none' : given.join(', ')}`,
      { provider, operation: 'login.begin' },
    );
  }
}

function selectorKindOf(selector: LoginSelector): LoginSelectorKind {
  return selectorKinds.find((kind) => selector[kind] !== undefined)!;
}

function randomId(): string {
  return randomBytes(24).toString('base64url');
}

function equalInConstantTime(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The flow and the code are used up: trying the same call again cannot succeed, whatever failed. */
function refuseRetry(error: unknown): never {
  if (!SsoError.isInstance(error) || !error.retryable) throw error;
  const { code, message, provider, operation, status, requestId, vendorCode, cause } = error;
  throw new SsoError({
    code,
    message: `${message}; start the login again`,
    provider,
    operation,
    status,
    requestId,
    vendorCode,
    cause,
  });
}
