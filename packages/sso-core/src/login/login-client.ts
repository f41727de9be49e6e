import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  invalidArgument,
  LoginRejectedError,
  SsoError,
  UnsupportedOperationError,
  type LoginRejectionReason,
} from '../errors.js';
import { requireProviderFacet, type FacetCaller } from '../client/call.js';
import type { ConnectionsClient, DomainsClient } from '../client/facets.js';
import type { CallOptions } from '../client/options.js';
import type { Connection, ConnectionId, OrganizationId, Profile } from '../model/index.js';
import { Secret } from '../secret.js';
import type {
  AccessTokenClaims,
  LoginAssurance,
  LoginFacet,
  LoginRoute,
  LoginSelector,
  LoginSelectorKind,
  LoginTokens,
  LogoutRequest,
} from '../provider/facets/login.js';
import type { CallContext } from '../provider/context.js';
import { membersOf } from '../provider/composite.js';
import type { SsoProvider } from '../provider/provider.js';
import { readCallback, type CallbackParameters, type CallbackSource } from './callback.js';
import { normalizeEmail } from './email.js';
import { createFlowSealer, type LoginFlow } from './flow.js';
import { createMemoryOneTimeIds } from './one-time-ids.js';
import { acceptReturnTo } from './return-to.js';
import { checkLoginSettings, readRedirectUris, type LoginSettings } from './settings.js';

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
  /** The configured callback URLs, one of each provider; none without login settings. */
  readonly redirectUris: readonly string[];
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
  readersOf: (provider: SsoProvider) => {
    readonly connections: ConnectionsClient;
    readonly domains: DomainsClient;
  },
  configured: LoginSettings | undefined,
): LoginClient {
  /** Those a login can be at. */
  const members = membersOf(provider).filter(({ login }) => login);
  if (configured) checkLoginSettings(configured, provider.id);
  const redirectUris: ReadonlyMap<string, string> = configured
    ? readRedirectUris(
        configured.redirectUri,
        members.map(({ id }) => id),
      )
    : new Map();
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

  /** Fixes a login to the provider that takes it. */
  async function route(
    facet: LoginFacet,
    request: { readonly selector: LoginSelector; readonly loginHint?: string | undefined },
    context: CallContext,
  ): Promise<LoginRoute | null> {
    return facet.route ? facet.route(request, context) : { provider, selector: request.selector };
  }

  function noRoute(selector: LoginSelector): never {
    throw new SsoError({
      code: 'failed_precondition',
      message: `login.begin: no route tells which provider serves the ${selectorKindOf(selector)} "${Object.values(selector)[0]}"`,
      provider: provider.id,
      operation: 'login.begin',
    });
  }

  /** A selector the provider takes itself: a domain it does not take is resolved to its connection. */
  async function resolveSelector(
    { provider: member, selector }: LoginRoute,
    facet: LoginFacet,
    options?: CallOptions,
  ): Promise<LoginSelector> {
    const kind = selectorKindOf(selector);
    if (facet.features.selectors.includes(kind)) return selector;
    if (kind === 'domain') {
      const connection = await findConnection(member, selector.domain!.toLowerCase(), options);
      if (connection) return { connection: connection.id };
      throw new SsoError({
        code: 'not_found',
        message: `login.begin: no connection that accepts logins serves the domain "${selector.domain}"`,
        provider: member.id,
        operation: 'login.begin',
      });
    }
    throw new UnsupportedOperationError({
      facet: 'login',
      operation: `login.begin with selector "${kind}"`,
      provider: member.id,
      reason: `its selectors are ${facet.features.selectors.join(', ')}`,
    });
  }

  /** The connection that serves a domain. A tenant that has merely claimed the domain does not count. */
  async function findConnection(
    member: SsoProvider,
    domain: string,
    options?: CallOptions,
  ): Promise<Connection | undefined> {
    const { connections, domains } = readersOf(member);
    let found: Connection | undefined;
    for await (const connection of connections.list({ domain }, options)) {
      if (!connection.acceptsLogins) continue;
      if (member.domains && !(await ownsDomain(domains, connection, domain, options))) continue;
      if (found) {
        throw new SsoError({
          code: 'failed_precondition',
          message: `Several connections serve the domain "${domain}" (${found.id}, ${connection.id}): name one with the connection selector`,
          provider: member.id,
          operation: 'login.begin',
        });
      }
      found = connection;
    }
    return found;
  }

  function reject(
    reason: LoginRejectionReason,
    message: string,
    { vendorCode, at = provider.id }: { readonly vendorCode?: string; readonly at?: string } = {},
  ): never {
    throw new LoginRejectedError({
      reason,
      message,
      vendorCode,
      provider: at,
      operation: 'login.complete',
    });
  }

  /** The flow this callback belongs to, and the facet it began at, after every check that needs no request. */
  async function openFlow(
    callback: CallbackParameters,
    sealed: string | undefined,
  ): Promise<{ readonly flow: LoginFlow; readonly facet: LoginFacet }> {
    if (!callback.state)
      reject('unsolicited', 'The callback carries no state: this login was not started here');
    if (!sealed)
      reject(
        'flow_missing',
        'The browser did not bring the login it started: cookies may be blocked, or another browser was used',
      );
    const flow = await requireSettings('login.complete').sealer.open(sealed);
    if (!flow) reject('flow_invalid', 'The login flow was not sealed by this app');
    const facet = members.find(
      ({ id, environment }) => id === flow.provider && environment === flow.environment,
    )?.login;
    if (!facet || facet.clientId !== flow.clientId)
      reject('provider_mismatch', `This login was started at provider "${flow.provider}"`);
    if (flow.redirectUri !== redirectUris.get(flow.provider))
      reject('provider_mismatch', 'This login was started for another redirect URI');
    if (redirectUris.size > 1 && callback.pathname !== new URL(flow.redirectUri).pathname)
      reject('provider_mismatch', "The callback arrived at another provider's redirect URI");
    if (!equalInConstantTime(flow.state, callback.state))
      reject('state_mismatch', 'The callback belongs to another login');
    if (callback.issuer !== null && callback.issuer !== facet.issuer)
      reject('issuer_mismatch', 'The callback names another issuer');
    if (flow.expiresAt <= now() / 1000) reject('flow_expired', 'The login took too long; start again');
    if (!(await oneTimeIds.consume(flow.id, flow.expiresAt)))
      reject('flow_reused', 'This login was completed already');
    return { flow, facet };
  }

  async function complete(
    _: LoginFacet,
    { callback: source, flow: sealed }: CompleteLogin,
    context: CallContext,
  ): Promise<LoginResult> {
    const callback =
      readCallback(source) ?? reject('malformed_callback', 'The callback repeats a parameter or is no URL');
    const { flow, facet } = await openFlow(callback, sealed);
    const at = flow.provider;
    if (callback.error !== null) {
      reject(facet.rejectionReason(callback.error), `The login was refused by ${at}`, {
        vendorCode: callback.error.slice(0, 100),
        at,
      });
    }
    if (callback.code === null)
      reject('malformed_callback', 'The callback carries neither a code nor an error', { at });
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
        { at },
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
    redirectUris: [...redirectUris.values()],
    begin: (request, options) =>
      call({
        method: 'begin',
        input: request ?? {},
        options,
        run: async (facet, { loginHint, returnTo, forceReauthentication, ...selector }, context) => {
          requireOneSelector(selector, provider.id);
          const { settings, sealer: seal } = requireSettings('login.begin');
          const routed = (await route(facet, { selector, loginHint }, context)) ?? noRoute(selector);
          const { provider: member } = routed;
          const target = requireProviderFacet(member, 'login', 'login.begin');
          const resolved = await resolveSelector(routed, target, options);
          const codeVerifier = randomBytes(32).toString('base64url');
          const flow: LoginFlow = {
            id: randomId(),
            provider: member.id,
            environment: member.environment,
            clientId: target.clientId,
            redirectUri: redirectUris.get(member.id)!,
            selector: resolved,
            state: randomId(),
            nonce: randomId(),
            codeVerifier,
            returnTo: filterReturnTo(returnTo),
            expiresAt: Math.floor(now() / 1000) + (settings.flowLifetimeSeconds ?? 600),
          };
          const url = target.authorizationUrl({
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
        run: async (facet, _, context) => {
          const { address: loginHint, domain } = normalizeEmail(email);
          const routed = await route(facet, { selector: { domain }, loginHint }, context);
          const connection = routed && (await findConnection(routed.provider, domain, options));
          return { domain, selector: connection ? { connection: connection.id } : null, loginHint };
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
        run: async (facet, { provider: named, ...input }, context) => {
          const member = members.find(({ id }) => id === named);
          if (named !== undefined && !member) {
            throw invalidArgument(
              `login.logoutUrl: provider "${named}" is none of ${members.map(({ id }) => id).join(', ')}`,
              { provider: provider.id, operation: context.operation },
            );
          }
          return (member?.login ?? facet).logoutUrl(input, context);
        },
      }),
  };
}

async function ownsDomain(
  domains: DomainsClient,
  { organizationId }: Connection,
  domain: string,
  options?: CallOptions,
): Promise<boolean> {
  if (organizationId === null) return true;
  for await (const claimed of domains.list({ organizationId }, options)) {
    if (claimed.domain.toLowerCase() === domain) return claimed.status === 'verified';
  }
  return false;
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
