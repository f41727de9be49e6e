import { createServer, type AddressInfo } from 'node:net';
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

/** `http://localhost:PORT` with a port nobody listens on. */
export async function freeOrigin(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => void probe.listen(0, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => void probe.close(resolve));
  return `http://localhost:${port}`;
}
