import { onTestFinished } from 'vitest';
import { type ScalekitEmulator, type ScalekitEmulatorOptions, startScalekitEmulator } from '../src/index.js';

/** What a plain REST client sees. */
export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- wire bodies are asserted, not typed
  readonly body: any;
}

export interface Client {
  readonly emulator: ScalekitEmulator;
  /** One API call with a token. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Fetches a new API token. */
  readonly authenticate: () => Promise<void>;
  /** POST /oauth/token */
  readonly token: (form: Record<string, string>) => Promise<Answer>;
  readonly authorizationUrl: (parameters: Record<string, string>) => string;
}

export const redirectUri = 'http://localhost:4000/callback';

/** An emulator for one test, with an authenticated client. */
export async function start(options: ScalekitEmulatorOptions = {}): Promise<Client> {
  const emulator = await startScalekitEmulator(options);
  onTestFinished(() => emulator.close());
  const credentials = { client_id: emulator.clientId, client_secret: emulator.clientSecret };

  async function token(form: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams({ ...credentials, ...form });
    const response = await fetch(`${emulator.url}/oauth/token`, { method: 'POST', body });
    return { status: response.status, body: await response.json() };
  }

  let apiToken = '';
  async function authenticate(): Promise<void> {
    apiToken = (await token({ grant_type: 'client_credentials' })).body.access_token;
  }

  await authenticate();
  return {
    emulator,
    token,
    authenticate,
    async call(method, path, content) {
      const response = await fetch(`${emulator.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
        ...(content !== undefined && { body: JSON.stringify(content) }),
      });
      return { status: response.status, body: await response.json() };
    },
    authorizationUrl(parameters) {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: emulator.clientId,
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        ...parameters,
      });
      return `${emulator.url}/oauth/authorize?${query}`;
    },
  };
}
