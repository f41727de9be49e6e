import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventInbox, createMemoryEventStore } from '@org/sso-core/events';
import { createMemoryProvider } from '@org/sso-core/testing';
import { toNodeHandler } from '@org/sso-core/web';
import {
  createWebhookRoute,
  receiveInExpress,
  receiveInFastify,
  receiveInHono,
  type Receive,
} from '../src/webhooks.js';

const path = '/webhooks/memory';
const origin = 'https://app.example.com';

type Mount = (receive: Receive) => RequestListener | Promise<RequestListener>;

const frameworks: Record<string, Mount> = {
  Express(receive) {
    const app = express();
    receiveInExpress(app, path, receive, origin);
    app.use(express.json());
    return app;
  },
  async Fastify(receive) {
    const app = fastify();
    receiveInFastify(app, path, receive, origin);
    app.post('/other', () => 'other');
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  Hono(receive) {
    const app = new Hono();
    receiveInHono(app, path, receive);
    const listen = getRequestListener(app.fetch);
    return (request, response) => void listen(request, response);
  },
  'Next.js': (receive) => toNodeHandler(createWebhookRoute(receive).POST, { origin }),
};

async function serve(mount: Mount) {
  const { provider, world } = createMemoryProvider({ webhookSecrets: ['secret'] });
  const { id: organizationId } = world.createOrganization({ name: 'Acme' });
  const { id: directoryId } = world.createDirectory({ organizationId, identityProvider: 'okta' });
  world.hire(directoryId, { id: 'ada', firstName: 'Ada', lastName: 'Ädams' });
  const inbox = createEventInbox({ store: createMemoryEventStore(), providers: [provider] });
  const names: (string | null)[] = [];
  inbox.on('directory.user.created', ({ data }) => void names.push(data.user.name));
  const server = createServer(await mount(inbox.webhook('memory')));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** Spaces that a parser would lose. */
  const body = ` ${JSON.stringify((await world.events()).at(-1), null, 3)}\n`;
  const signed = world.signWebhook(body);
  async function post(sent = body) {
    const headers = { ...signed.headers, 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: sent });
    return { status: response.status, ...((await response.json()) as { result: string; message?: string }) };
  }
  return { inbox, names, body, post };
}

describe.each(Object.entries(frameworks))('a webhook in %s', (_, mount) => {
  it('is verified over its bytes, and handled', async () => {
    const { inbox, names, post } = await serve(mount);
    expect(await post()).toEqual({ status: 202, result: 'accepted' });
    await inbox.process();
    expect(names).toEqual(['Ada Ädams']);
  });

  it('is refused when it was changed, and too large', async () => {
    const { body, post } = await serve(mount);
    expect(await post(body.replace('Ada', 'Eve'))).toMatchObject({
      status: 401,
      result: 'signature_mismatch',
    });
    expect(await post('x'.repeat(2_000_000))).toMatchObject({ status: 413, result: 'body_too_large' });
  });
});

it('behind a body parser the answer says so', async () => {
  const { post } = await serve((receive) => {
    const app = express();
    app.use(express.json());
    receiveInExpress(app, path, receive, origin);
    return app;
  });
  expect(await post()).toEqual({
    status: 400,
    result: 'body_empty',
    message: expect.stringContaining('a body parser in front'),
  });
});
