import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { WebhookMessage } from '@org/sso-contract';

/** An endpoint that takes every webhook as it arrives. */
export async function startWebhookSink() {
  const received: WebhookMessage[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const headers = request.headersDistinct;
      const entries = Object.entries(headers).map(([name, values = []]) => [name, values.join(', ')]);
      received.push({ headers: Object.fromEntries(entries), body });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
