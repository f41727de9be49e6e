import type { EmulatorClock } from './clock.js';
import { directoryControl, type VendorDirectories } from './control-directories.js';
import { eventControl, type VendorEvents } from './control-events.js';
import type { FaultDial, Fault } from './faults.js';
import {
  type EmulatorRequest,
  type EmulatorResponse,
  type Handler,
  redirect,
  ResponseError,
} from './http.js';
import {
  chooseUser,
  identityProviderInitiatedPage,
  type LoginAnswer,
  loginPage,
  type PendingLogin,
  readLoginForm,
  type SimulatedConnection,
  unknownLoginPage,
} from './identity-provider.js';
import { type SigningKeys, type TamperOrder, type TamperOrders, tamperSignings } from './keys.js';
import { messagePage } from './pages.js';
import { createRouter, route, type Route } from './router.js';
import {
  absoluteUrl,
  defined,
  fields,
  flag,
  InvalidInputError,
  list,
  oneOf,
  optional,
  record,
  text,
  wholeNumber,
} from './parse.js';
import {
  type IdpUser,
  parseConnection,
  parseConnectionChanges,
  parseOrganization,
  parseUser,
  type SeedConnection,
  type SeedOrganization,
} from './seed.js';
import type { Traffic } from './traffic.js';

/** What a vendor's emulator supplies to the control API and the identity provider's pages. Objects are wire objects. */
export interface VendorControl {
  /** Kinds of token (and `token_response`) that can be tampered with. */
  readonly tamperTargets: readonly string[];
  /** Codes the identity provider's page offers under "Answer with an error". */
  readonly callbackErrors: readonly string[];
  state(): object;
  /** Back to the seed. */
  reset(): void;
  /** Where logins that start at the identity provider arrive; only for vendors that have such a setting. */
  setInitiateLoginUrl?(url: string): void;
  createOrganization(organization: SeedOrganization): object;
  createConnection(organizationId: string, connection: SeedConnection): object;
  /** `undefined` when there is no such connection. */
  updateConnection(id: string, changes: Partial<SeedConnection>): object | undefined;
  connection(id: string): SimulatedConnection | undefined;
  readonly directories: VendorDirectories;
  readonly events: VendorEvents;
  /** Tells of a SAML certificate; only for vendors that do. `undefined` when there is no such connection. */
  certificateEvent?(connectionId: string, notice: CertificateNotice): object | undefined;
  /** What audit logs have recorded, oldest first, of one organization or of all; only for vendors that keep such. */
  auditEvents?(organizationId?: string): readonly AuditEventOnRecord[];
  pendingLogin(requestId: string): PendingLogin | undefined;
  /** Answers the URL the browser is sent to. */
  completeLogin(requestId: string, answer: LoginAnswer): string | Promise<string>;
  /**
   * Starts a login from the identity provider and answers the URL the browser is sent to. `state` is one the
   * callback should carry although the app sent none (some vendors echo an empty one).
   */
  startFromIdentityProvider(
    connectionId: string,
    user: IdpUser,
    relayState: string | undefined,
    state?: string,
  ): string | Promise<string>;
}

/** An event in an organization's audit log. */
export interface AuditEventOnRecord {
  readonly organizationId: string;
  /** As it was sent. */
  readonly event: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly recordedAt: string;
  readonly idempotencyKey?: string;
}

/** What a vendor tells about a connection's certificate. */
export interface CertificateNotice {
  readonly kind: 'renewed' | 'renewal_required';
  /** The vendor's own word; the identity provider's signing certificate when absent. */
  readonly certificateType?: string;
  /** ISO 8601; thirty days ahead when absent. */
  readonly expiresAt?: string;
}

/** What the control routes act on. */
export interface ControlParts {
  readonly vendor: VendorControl;
  /** Everything the vendor's API serves. */
  readonly routes: readonly Route[];
  readonly clock: EmulatorClock;
  readonly faults: FaultDial;
  readonly traffic: Traffic;
  readonly keys: SigningKeys;
  readonly tampers: TamperOrders;
}

/** Where the control API lives on every emulator. */
export const controlPath = '/_emulator';

/** Where an authorization request sends the browser to. */
export function loginLocation(origin: string, requestId: string): string {
  return `${origin}${controlPath}/idp/login?request=${encodeURIComponent(requestId)}`;
}

export function createControl({
  vendor,
  routes,
  clock,
  faults,
  traffic,
  keys,
  tampers,
}: ControlParts): Handler {
  function connection(id: string): SimulatedConnection {
    const found = vendor.connection(id);
    if (!found) throw notFound(`There is no connection ${id}.`);
    return found;
  }

  function pending(request: EmulatorRequest): { id: string; login: PendingLogin } {
    const id = request.url.searchParams.get('request') ?? '';
    const login = vendor.pendingLogin(id);
    if (!login) throw new ResponseError(unknownLoginPage());
    return { id, login };
  }

  function update(id: string, changes: Partial<SeedConnection>): EmulatorResponse {
    const updated = vendor.updateConnection(id, changes);
    if (!updated) throw notFound(`There is no connection ${id}.`);
    return { status: 200, body: updated };
  }

  const router = createRouter(
    [
      on('GET', '/state', () => ({ status: 200, body: vendor.state() })),
      on('POST', '/reset', () => {
        clock.reset();
        faults.clear();
        traffic.clear();
        tampers.clear();
        vendor.reset();
        return { status: 204 };
      }),
      on('PUT', '/initiate-login-url', (request) => {
        if (!vendor.setInitiateLoginUrl) throw notFound('This vendor has no initiate-login URL.');
        const { url } = fields(request.json(), 'setting', ['url']);
        vendor.setInitiateLoginUrl(absoluteUrl(url, 'setting.url'));
        return { status: 204 };
      }),
      on('GET', '/routes', () => ({
        status: 200,
        body: { routes: routes.map(({ method, path }) => ({ method, path })) },
      })),
      on('GET', '/traffic', ({ url }) => {
        const after = url.searchParams.get('after');
        const requests = traffic.list(after === null ? 0 : wholeNumber(Number(after), 'after'));
        return { status: 200, body: { requests, received: traffic.count() } };
      }),
      on('DELETE', '/traffic', () => {
        traffic.clear();
        return { status: 204 };
      }),
      on('GET', '/faults', () => ({ status: 200, body: { faults: faults.list() } })),
      on('POST', '/faults', (request) => {
        faults.add(parseFault(request.json()));
        return { status: 204 };
      }),
      on('DELETE', '/faults', () => {
        faults.clear();
        return { status: 204 };
      }),
      on('POST', '/clock', (request) => {
        const { advanceMs } = fields(request.json(), 'clock', ['advanceMs']);
        if (typeof advanceMs !== 'number' || !Number.isFinite(advanceMs)) {
          throw new InvalidInputError('clock.advanceMs', 'must be a number of milliseconds');
        }
        clock.advance(advanceMs);
        return { status: 200, body: { now: clock.now().toISOString() } };
      }),
      on('POST', '/keys/rotate', async () => ({ status: 200, body: { kid: await keys.rotate() } })),
      on('POST', '/tokens/tamper', (request) => {
        tampers.add(parseTamper(request.json(), vendor.tamperTargets));
        return { status: 204 };
      }),
      on('POST', '/organizations', (request) => ({
        status: 201,
        body: vendor.createOrganization(parseOrganization(request.json(), 'organization')),
      })),
      on('POST', '/connections', (request) => {
        const { organizationId, ...rest } = record(request.json(), 'connection');
        const owner = text(organizationId, 'connection.organizationId');
        return { status: 201, body: vendor.createConnection(owner, parseConnection(rest, 'connection')) };
      }),
      on('PATCH', '/connections/{id}', (request) =>
        update(request.params['id'] ?? '', parseConnectionChanges(request.json(), 'connection')),
      ),
      on('PUT', '/connections/{id}/users', (request) =>
        update(request.params['id'] ?? '', { users: list(request.json(), 'users', parseUser) }),
      ),
      on('POST', '/connections/{id}/certificate-events', (request) => {
        if (!vendor.certificateEvent) throw notFound('This vendor tells nothing about certificates.');
        const id = request.params['id'] ?? '';
        const event = vendor.certificateEvent(id, parseCertificateNotice(request.json()));
        if (!event) throw notFound(`There is no connection ${id}.`);
        return { status: 201, body: event };
      }),
      ...[...directoryControl(vendor.directories), ...eventControl(vendor.events)].map((parts) =>
        on(...parts),
      ),
      on('GET', '/audit-events', ({ url }) => {
        if (!vendor.auditEvents) throw notFound('This vendor keeps no audit logs.');
        const events = vendor.auditEvents(url.searchParams.get('organizationId') ?? undefined);
        return { status: 200, body: { events } };
      }),
      on('POST', '/connections/{id}/idp-initiated', async (request) => {
        const { id, users } = connection(request.params['id'] ?? '');
        const names = ['user', 'email', 'firstName', 'lastName', 'relayState', 'state'];
        const given = fields(request.json(), 'login', names);
        const word = (name: string) => optional(given[name], `login.${name}`, text);
        const user = chooseUser(
          users,
          defined({
            user: word('user'),
            email: word('email'),
            firstName: word('firstName'),
            lastName: word('lastName'),
          }),
        );
        const state = optional(given['state'], 'login.state', anyText);
        const location = await vendor.startFromIdentityProvider(id, user, word('relayState'), state);
        return { status: 200, body: { location } };
      }),
      on('GET', '/idp/login', (request) => loginPage(pending(request).login, vendor.callbackErrors)),
      on('POST', '/idp/login', async (request) => {
        const { id, login } = pending(request);
        return redirect(
          await vendor.completeLogin(id, readLoginForm(request.form(), login.connection.users)),
        );
      }),
      on('GET', '/idp/signed-out', () =>
        messagePage('Signed out', 'The identity provider ended your session.', 200),
      ),
      on('GET', '/idp/{connectionId}', (request) =>
        identityProviderInitiatedPage(connection(request.params['connectionId'] ?? '')),
      ),
      on('POST', '/idp/{connectionId}', async (request) => {
        const { id, users } = connection(request.params['connectionId'] ?? '');
        const form = request.form();
        const user = chooseUser(users, Object.fromEntries(form));
        return redirect(
          await vendor.startFromIdentityProvider(id, user, form.get('relayState') || undefined),
        );
      }),
    ],
    ({ method, url }) => ({
      status: 404,
      body: { message: `The control API has no ${method} ${url.pathname}.` },
    }),
  );

  return async (request) => {
    try {
      return await router(request);
    } catch (error) {
      if (error instanceof InvalidInputError || error instanceof SyntaxError) {
        return { status: 400, body: { message: error.message } };
      }
      throw error;
    }
  };
}

function on(method: string, path: string, handler: Handler): Route {
  return route(method, `${controlPath}${path}`, handler);
}

function notFound(message: string): ResponseError {
  return new ResponseError({ status: 404, body: { message } });
}

function parseFault(value: unknown): Fault {
  const given = fields(value, 'fault', [
    'match',
    'times',
    'share',
    'shareSeed',
    'status',
    'headers',
    'body',
    'contentType',
    'delayMs',
    'truncateBodyAt',
    'closeConnection',
    'dripBytesPerSecond',
    'afterHandler',
  ]);
  const number = (name: string) => optional(given[name], `fault.${name}`, wholeNumber);
  return defined({
    match: optional(given['match'], 'fault.match', (match, place) => {
      const { method, path } = fields(match, place, ['method', 'path']);
      return defined({
        method: optional(method, `${place}.method`, text),
        path: optional(path, `${place}.path`, regularExpression),
      });
    }),
    times: optional(given['times'], 'fault.times', positive),
    share: optional(given['share'], 'fault.share', share),
    shareSeed: number('shareSeed'),
    status: optional(given['status'], 'fault.status', httpStatus),
    headers: optional(given['headers'], 'fault.headers', (headers, place) =>
      Object.fromEntries(
        Object.entries(record(headers, place)).map(([name, header]) => [
          name,
          text(header, `${place}.${name}`),
        ]),
      ),
    ),
    body: optional(given['body'], 'fault.body', anyText),
    contentType: optional(given['contentType'], 'fault.contentType', text),
    delayMs: number('delayMs'),
    truncateBodyAt: number('truncateBodyAt'),
    closeConnection: optional(given['closeConnection'], 'fault.closeConnection', flag),
    dripBytesPerSecond: optional(given['dripBytesPerSecond'], 'fault.dripBytesPerSecond', positive),
    afterHandler: optional(given['afterHandler'], 'fault.afterHandler', flag),
  });
}

function parseCertificateNotice(value: unknown): CertificateNotice {
  const given = fields(value, 'notice', ['kind', 'certificateType', 'expiresAt']);
  return defined({
    kind: oneOf(['renewed', 'renewal_required'] as const, given['kind'], 'notice.kind'),
    certificateType: optional(given['certificateType'], 'notice.certificateType', text),
    expiresAt: optional(given['expiresAt'], 'notice.expiresAt', (instant, place) => {
      const at = Date.parse(text(instant, place));
      if (Number.isNaN(at)) throw new InvalidInputError(place, 'must be an ISO 8601 instant');
      return new Date(at).toISOString();
    }),
  });
}

function anyText(value: unknown, place: string): string {
  return value === '' ? '' : text(value, place);
}

function share(value: unknown, place: string): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  throw new InvalidInputError(place, 'must be a number above 0 and at most 1');
}

function positive(value: unknown, place: string): number {
  const number = wholeNumber(value, place);
  if (number === 0) throw new InvalidInputError(place, 'must be 1 or more');
  return number;
}

function httpStatus(value: unknown, place: string): number {
  const status = wholeNumber(value, place);
  if (status < 200 || status > 599) throw new InvalidInputError(place, 'must be a status from 200 to 599');
  return status;
}

function regularExpression(value: unknown, place: string): string {
  const source = text(value, place);
  try {
    return new RegExp(source).source;
  } catch {
    throw new InvalidInputError(place, 'must be the source of a regular expression');
  }
}

function parseTamper(value: unknown, targets: readonly string[]): TamperOrder {
  const given = fields(value, 'tamper', ['target', 'times', 'claims', 'header', 'sign']);
  return defined({
    target: oneOf(targets, given['target'], 'tamper.target'),
    times: optional(given['times'], 'tamper.times', positive),
    claims: optional(given['claims'], 'tamper.claims', record),
    header: optional(given['header'], 'tamper.header', record),
    sign: optional(given['sign'], 'tamper.sign', (sign, place) => oneOf(tamperSignings, sign, place)),
  });
}
