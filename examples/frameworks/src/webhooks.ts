import type { Express } from 'express';
import type { FastifyInstance } from 'fastify';
import type { Hono } from 'hono';
import { toNodeHandler } from '@org/sso-core/web';

/** `inbox.webhook('workos')`, for instance. It needs the bytes as received: every way here goes past the framework's body parser. */
export type Receive = (request: Request) => Promise<Response>;

/** Express 5: before `app.use(express.json())`. */
export function receiveInExpress(app: Express, path: string, receive: Receive, origin: string): void {
  app.post(path, toNodeHandler(receive, { origin }));
}

/** Fastify 5: `onRequest` runs before Fastify reads a body. */
export function receiveInFastify(app: FastifyInstance, path: string, receive: Receive, origin: string): void {
  const handler = toNodeHandler(receive, { origin });
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method === 'POST' && request.url === path) handler(request.raw, reply.raw);
    else done();
  });
}

export function receiveInHono(app: Hono, path: string, receive: Receive): void {
  app.post(path, (context) => receive(context.req.raw));
}

/** Next.js, App Router, in `app/webhooks/workos/route.ts`: `export const { POST } = createWebhookRoute(receive)`. */
export function createWebhookRoute(receive: Receive) {
  return { POST: receive };
}
