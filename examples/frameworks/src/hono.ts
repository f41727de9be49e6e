import { Hono } from 'hono';
import { createLoginHandlers, type LoginHandlersOptions } from '@org/sso-core/web';

/** Hono speaks `Request` and `Response` itself and needs no bridge. */
export function createHonoApp(options: LoginHandlersOptions): Hono {
  const login = createLoginHandlers(options);
  const app = new Hono();
  app.use(async (context, next) => (await login.handle(context.req.raw)) ?? (await next()));
  return app;
}
