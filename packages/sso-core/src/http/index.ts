/** The HTTP port and what adapters build on it: retries, deadlines, rate limits, redaction. */
export type { HttpRequest, HttpResponse, HttpTransport } from './transport.js';
export { TransportError } from './transport.js';
export { createAxiosTransport } from './axios-transport.js';
export {
  createApiClient,
  readBody,
  type ApiClient,
  type ApiClientOptions,
  type ApiRequest,
  type ApiResponse,
  type BodySchema,
  type HttpSettings,
  type Replay,
  type VendorError,
} from './api-client.js';
export { withoutCopy } from './without-copy.js';
export type { RateLimit } from './rate-limiter.js';
export { path, queryString, type QueryValue } from './path.js';
export { requireBaseUrl, requireKnownSettings, requireSetting } from './settings.js';
export { redact } from './redact.js';
