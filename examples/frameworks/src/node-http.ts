import { createServer, type Server } from 'node:http';
import { createLoginHandlers, toNodeHandler, type LoginHandlersOptions } from '@org/sso-core/web';

/** Paths that are not the login's become 404. */
export function createNodeServer(options: LoginHandlersOptions, origin: string): Server {
  const login = createLoginHandlers(options);
  return createServer(toNodeHandler(login.handle, { origin }));
}
