import { fastify, type FastifyInstance } from 'fastify';
import { createLoginHandlers, toNodeHandler, type LoginHandlersOptions } from '@org/sso-core/web';

/** Fastify 5. `onRequest` runs before Fastify reads a body, so the log-out form needs no content-type parser. */
export function createFastifyApp(options: LoginHandlersOptions, origin: string): FastifyInstance {
  const login = toNodeHandler(createLoginHandlers(options).handle, { origin });
  const app = fastify();
  app.addHook('onRequest', (request, reply, done) =>
    login(request.raw, reply.raw, (error) => done(error as Error | undefined)),
  );
  return app;
}
