import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { SsoProvider } from '@org/sso-core';
import type { ScalekitEmulator, WorkosEmulator } from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';

/** A provider at this emulator, which sends its webhooks to the app at `origin`. */
export async function connectEmulator(
  emulator: ScalekitEmulator | WorkosEmulator,
  origin: string,
): Promise<SsoProvider> {
  const url = `${origin}/webhooks/${emulator.vendor}`;
  const { secret } = await emulator.control.createWebhookEndpoint({ url });
  const webhooks = { secrets: [secret] };
  if (emulator.vendor === 'scalekit') {
    const { clientId, clientSecret } = emulator;
    return createScalekit({ environmentUrl: emulator.url, clientId, clientSecret, webhooks });
  }
  const { apiKey, clientId } = emulator;
  const events = { inactiveUsers: 'deleted' } as const;
  return createWorkos({ apiKey, clientId, baseUrl: emulator.url, events, webhooks });
}

/**
 * `http://localhost:PORT` with a port nobody listens on. It is below those that systems give to outgoing connections, so that none of the
 * emulators' own takes it before the app listens.
 */
export async function freeOrigin(): Promise<string> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return `http://localhost:${port}`;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const listens = new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, () => resolve(true));
  });
  if (!(await listens)) return false;
  await new Promise((resolve) => void probe.close(resolve));
  return true;
}
