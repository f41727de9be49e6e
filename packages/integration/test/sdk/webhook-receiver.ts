import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookDelivery } from '@org/sso-core/provider';

export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A webhook endpoint on loopback that answers 200 and keeps what it gets. */
export async function receiveWebhooks() {
  const received: ReceivedWebhook[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, text: Buffer.concat(chunks).toString('utf8') });
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A request as an adapter's `webhooks.verify` takes it. */
export function deliveryOf(headers: Readonly<Record<string, string>>, body: string): WebhookDelivery {
  return {
    headers: (name) => [headers[name]].filter((value) => value !== undefined),
    body: Buffer.from(body),
    receivedAt: Date.now(),
  };
}
