import { createSso } from '../../src/index.js';
import type { LoginSettings } from '../../src/login/settings.js';
import { createMemoryProvider, type MemoryProvider } from '../../src/testing/index.js';
import { createLoginHandlers, type LoginHandlersOptions } from '../../src/web/index.js';

export interface AppOptions extends Partial<Omit<LoginHandlersOptions, 'sso'>> {
  /** Default `https://app.example.com`. */
  readonly origin?: string;
  readonly login?: Partial<LoginSettings>;
  /** Changes the provider before the client gets it. */
  readonly adapt?: (provider: MemoryProvider) => MemoryProvider;
}

/** An app of which Ada of Acme may sign in, and what its handlers answer to a browser without a jar. */
export function createApp({
  origin = 'https://app.example.com',
  login,
  adapt = (provider) => provider,
  ...options
}: AppOptions = {}) {
  const base = `${origin}/sso/memory`;
  const { provider, world } = createMemoryProvider({ initiateLoginUrl: `${base}/idp-initiated` });
  const { id: organizationId } = world.createOrganization({ name: 'Acme', domains: ['acme.example'] });
  const { id: connectionId } = world.createConnection({
    organizationId,
    identityProvider: 'okta',
    protocol: 'saml',
  });
  const sso = createSso({
    provider: adapt(provider),
    login: { secrets: ['0123456789abcdef0123456789abcdef'], redirectUri: `${base}/callback`, ...login },
  });
  const handlers = createLoginHandlers({
    sso,
    onLogin: ({ profile, returnTo }) =>
      new Response(null, {
        status: 303,
        headers: { location: returnTo, 'set-cookie': `session=${profile.email}` },
      }),
    ...options,
  });

  async function open(url: string, { cookie = '', method = 'GET' } = {}): Promise<Response> {
    const response = await handlers.handle(
      new Request(new URL(url, `${base}/`), { method, headers: cookie ? { cookie } : {} }),
    );
    if (!response) throw new Error(`No handler answers ${url}`);
    return response;
  }

  /** Starts a login: the vendor's URL, and the cookie as the browser will send it. */
  async function start(query = 'email=ada@acme.example') {
    const response = await open(`start?${query}`);
    const { name, value, attributes } = cookiesOf(response).at(0)!;
    return { url: response.headers.get('location')!, name, value, attributes, cookie: `${name}=${value}` };
  }

  /** Goes on to the callback URL. */
  async function signIn(query?: string) {
    const started = await start(query);
    return { ...started, callback: world.signIn(started.url, { email: 'ada@acme.example' }) };
  }

  return { world, organizationId, connectionId, sso, handlers, origin, base, open, start, signIn };
}

export function cookiesOf(response: Response) {
  return response.headers.getSetCookie().map((header) => {
    const [pair = '', ...attributes] = header.split('; ');
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes };
  });
}
