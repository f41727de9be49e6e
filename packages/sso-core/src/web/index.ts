/** Ready-made login handlers on the Web `Request` and `Response`, and a bridge to Node. */
export {
  createLoginHandlers,
  type LoginHandlers,
  type LoginHandlersOptions,
  type LogoutReply,
} from './login-handlers.js';
export { remoteAddressOf, toNodeHandler, type NodeHandler, type WebHandler } from './node.js';
