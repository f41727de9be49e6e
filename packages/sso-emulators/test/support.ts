import { onTestFinished } from 'vitest';
import { startWorkosEmulator, type WorkosEmulator, type WorkosEmulatorOptions } from '@org/sso-emulators';

export const redirectUri = 'http://localhost:3000/callback';

/** A WorkOS emulator that stops with the test. */
export async function workos(options: WorkosEmulatorOptions = {}): Promise<WorkosEmulator> {
  const emulator = await startWorkosEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** The first two organizations and connections: Acme and Globex, Okta and Entra ID in the default seed. */
export function world(emulator: WorkosEmulator) {
  const [acme, globex = acme] = emulator.organizations();
  const [okta, entra = okta] = emulator.connections();
  if (!acme || !globex || !okta || !entra) throw new Error('the seed has no organization or connection');
  return { acme, globex, okta, entra };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests read vendor JSON as it comes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** A request with the API key; an object body is sent as JSON. */
export async function call(
  emulator: WorkosEmulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answer(
    await fetch(`${emulator.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${emulator.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

export async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/** An authorization URL; `undefined` leaves a parameter out. */
export function authorizeUrl(
  emulator: WorkosEmulator,
  parameters: Record<string, string | undefined> = {},
): string {
  const url = new URL('/sso/authorize', emulator.url);
  const all = {
    client_id: emulator.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Where an authorization request sends the browser. */
export async function locationOf(url: string): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '', url);
}

export async function exchange(
  emulator: WorkosEmulator,
  parameters: Record<string, string>,
): Promise<Answer> {
  return answer(
    await fetch(`${emulator.url}/sso/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: emulator.clientId,
        client_secret: emulator.apiKey,
        grant_type: 'authorization_code',
        ...parameters,
      }),
    }),
  );
}

/** The code of a finished sign-in. */
export async function signIn(
  emulator: WorkosEmulator,
  parameters: Record<string, string | undefined>,
  email: string,
): Promise<string> {
  const callback = await emulator.control.signIn(authorizeUrl(emulator, parameters), { email });
  return new URL(callback).searchParams.get('code') ?? '';
}
