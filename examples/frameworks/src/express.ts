import express, { type Express } from 'express';
import { createLoginHandlers, toNodeHandler, type LoginHandlersOptions } from '@org/sso-core/web';

/** Express 5. Other routes get their bodies unread, so it may stand before body parsers. */
export function createExpressApp(options: LoginHandlersOptions, origin: string): Express {
  const login = createLoginHandlers(options);
  const app = express();
  app.use(toNodeHandler(login.handle, { origin }));
  return app;
}
