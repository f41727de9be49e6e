import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createEventInbox,
  createMemoryEventStore,
  type AttentionNotice,
  type EventInboxOptions,
} from '@org/sso-core/events';
import { onTestFinished } from 'vitest';
import { createVendor } from './vendor.js';

const secret = 'a-secret-of-this-environment';
export const formerSecret = 'the-secret-before-the-rotation';

export type SentHeaders = Record<string, string | string[]>;

/** An inbox that receives webhooks over HTTP, signed by the vendor it belongs to. */
export async function startEndpoint(options: Partial<EventInboxOptions> = {}) {
  const vendor = createVendor({ webhookSecrets: [secret, formerSecret] });
  const store = createMemoryEventStore();
  const appended: string[] = [];
  const notices: AttentionNotice[] = [];
  const inbox = createEventInbox({
    store: {
      ...store,
      append: async (events, now) => {
        appended.push(...events.map(({ event }) => event.id));
        return store.append(events, now);
      },
    },
    providers: [vendor.provider],
    now: vendor.now,
    onAttention: (notice) => notices.push(notice),
    ...options,
  });
  const receive = inbox.webhook('memory');
  const answers: number[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const answer = await receive(incoming);
      answers.push(answer.status);
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  async function post(headers: SentHeaders, body: string | Uint8Array) {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers }, resolve);
      request.on('error', reject);
      request.end(body);
    });
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode, result: (JSON.parse(text) as { result: string }).result, answer };
  }

  const send = (body: string, signing: { secret?: string; timestamp?: string } = {}) => {
    const { headers } = vendor.world.signWebhook(body, signing);
    return post(headers, body);
  };
  const person = vendor.world.hire(vendor.directoryId, { id: 'ada', firstName: 'Ada' });
  const event = (await vendor.world.events()).at(-1)!;
  return {
    vendor,
    inbox,
    port,
    answers,
    appended,
    notices,
    post,
    send,
    person,
    event,
    body: JSON.stringify(event),
  };
}
