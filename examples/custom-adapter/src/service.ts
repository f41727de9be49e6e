import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An organization as the service sends it. */
export interface WireOrganization {
  readonly id: string;
  readonly name: string;
  readonly tenant: string | null;
  readonly created: string;
}

/** A connection as the service sends it. */
export interface WireConnection {
  readonly id: string;
  readonly organization: string;
  readonly label: string;
  readonly kind: string;
  readonly idp: string;
  readonly state: string;
  readonly domains: readonly string[];
  readonly created: string;
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly groups?: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly location?: string;
}

interface Code {
  readonly connection: WireConnection;
  readonly person: Person;
  readonly challenge: string;
  readonly redirectUri: string;
}

const maxPageSize = 50;
const tokenLifetimeSeconds = 3600;
const problem = (status: number, error: string, message: string): Answer => ({
  status,
  body: { error, message },
});

function page(items: readonly { readonly id: string }[], query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? 20);
  if (!(limit >= 1 && limit <= maxPageSize))
    return problem(400, 'bad_limit', `limit must be 1 to ${maxPageSize}`);
  const start = items.findIndex(({ id }) => id === query.get('after')) + 1;
  const shown = items.slice(start, start + limit);
  return {
    status: 200,
    body: { items: shown, next: start + limit < items.length ? shown.at(-1)?.id : null },
  };
}

const one = (item: object | undefined): Answer =>
  item ? { status: 200, body: item } : problem(404, 'not_found', 'there is no such thing');

/** The in-house identity service: customers, their connections, and an OAuth endpoint pair. A stand-in for whatever you run. */
export async function startService({ now = Date.now }: { readonly now?: () => number } = {}) {
  const clientId = 'app';
  const apiKey = `key_${randomUUID()}`;
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const organizations = new Map<string, WireOrganization>();
  const connections = new Map<string, WireConnection>();
  const people = new Map<string, readonly Person[]>();
  const codes = new Map<string, Code>();
  let nextToken: { readonly issuer?: string; readonly key?: typeof privateKey } = {};
  const created = () => new Date(now()).toISOString();

  /** Where the browser goes with what the person answered at the identity provider. */
  function authorize(query: URLSearchParams, given: URLSearchParams): Answer {
    const read = (name: string) => query.get(name) ?? '';
    if (read('client_id') !== clientId || read('code_challenge_method') !== 'S256')
      return problem(400, 'invalid_request', 'unknown client, or no PKCE');
    const callback = new URL(read('redirect_uri'));
    callback.searchParams.set('state', read('state'));
    const candidates = [...connections.values()].filter(
      ({ id, organization }) => id === read('connection') || organization === read('organization'),
    );
    const connection = candidates.find(({ state }) => state === 'on');
    const unknown = query.has('organization') && !organizations.has(read('organization'));
    const error =
      given.get('error') ??
      (unknown
        ? 'no_organization'
        : candidates.length === 0
          ? 'no_connection'
          : connection
            ? null
            : 'connection_off');
    if (error !== null || !connection) {
      callback.searchParams.set('error', error ?? 'no_connection');
      return { status: 302, location: callback.href };
    }
    const email = given.get('email') ?? '';
    const person = people.get(connection.id)?.find((each) => each.email === email) ?? {
      id: `idp|${email}`,
      email,
    };
    const code = randomUUID();
    codes.set(code, {
      connection,
      person,
      challenge: read('code_challenge'),
      redirectUri: read('redirect_uri'),
    });
    callback.searchParams.set('code', code);
    return { status: 302, location: callback.href };
  }

  async function redeem(form: URLSearchParams): Promise<Answer> {
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!code || code.challenge !== challenge || code.redirectUri !== form.get('redirect_uri'))
      return problem(400, 'invalid_grant', 'the code is unknown, used, or of another login');
    const { connection, person } = code;
    const { id: connectionId, organization } = connection;
    const subject = createHash('sha256').update(`${connectionId} ${person.id}`).digest('hex').slice(0, 24);
    const issuedAt = Math.floor(now() / 1000);
    const { issuer = url, key = privateKey } = nextToken;
    nextToken = {};
    const token = await new SignJWT({ organization })
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
      .setIssuer(issuer)
      .setAudience(clientId)
      .setSubject(subject)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + tokenLifetimeSeconds)
      .sign(key);
    const profile = { ...person, id: subject, idp_id: person.id, organization, connection: connectionId };
    return { status: 200, body: { access_token: token, expires_in: tokenLifetimeSeconds, profile } };
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', url);
    const form = new URLSearchParams(await text(request));
    if (pathname === '/authorize') return authorize(query, form);
    if (pathname === '/keys') {
      const key = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' };
      return { status: 200, body: { keys: [key] } };
    }
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return problem(401, 'unauthorized', 'the key is not valid');
    if (pathname === '/token') return redeem(form);
    const [, collection, id] = pathname.split('/').map(decodeURIComponent);
    const wanted = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
    if (collection === 'organizations') {
      if (id !== undefined) return one(organizations.get(id));
      return page(
        [...organizations.values()].filter(({ tenant }) => wanted('tenant', tenant)),
        query,
      );
    }
    if (collection !== 'connections') return one(undefined);
    if (id !== undefined) return one(connections.get(id));
    const matching = [...connections.values()].filter(
      ({ organization, domains }) =>
        wanted('organization', organization) &&
        (!query.has('domain') || domains.includes(query.get('domain') ?? '')),
    );
    return page(matching, query);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, location } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/json', ...(location && { location }) });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    clientId,
    apiKey,
    /** Back-office functions, not part of the API. */
    addOrganization(given: Pick<WireOrganization, 'name' | 'tenant'>): WireOrganization {
      const organization = { id: `org_${organizations.size + 1}`, created: created(), ...given };
      organizations.set(organization.id, organization);
      return organization;
    },
    addConnection(given: Omit<WireConnection, 'id' | 'created'>, users: readonly Person[]): WireConnection {
      const connection = { id: `conn_${connections.size + 1}`, created: created(), ...given };
      connections.set(connection.id, connection);
      people.set(connection.id, users);
      return connection;
    },
    /** The next access token is one to refuse. */
    async spoilToken(flaw: 'issuer' | 'signature'): Promise<void> {
      nextToken =
        flaw === 'issuer'
          ? { issuer: 'https://elsewhere.example' }
          : { key: (await generateKeyPair('RS256')).privateKey };
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
