import {
  createApiClient,
  readBody,
  type ApiClient,
  type ApiRequest,
  type BodySchema,
  type HttpSettings,
} from '@org/sso-core/http';
import { createAccessToken, type AccessToken } from './access-token.js';
import { readScalekitError } from './errors.js';
import { providerId } from './ids.js';
import type { ScalekitSettings } from './settings.js';

/** Authenticated requests to one environment. Every method throws `SsoError`. */
export interface ScalekitApi extends ApiClient {
  /** The answer's body as `schema` reads it. */
  read<T>(request: ApiRequest, schema: BodySchema<T>): Promise<T>;
  /** For answers that say nothing: `200 {}` [S]. */
  send(request: ApiRequest): Promise<void>;
}

export function createScalekitApi(settings: ScalekitSettings, http: HttpSettings): ScalekitApi {
  const client = createApiClient({
    provider: providerId,
    baseUrl: settings.environmentUrl,
    http,
    authenticate: (context) => accessToken.headers(context),
    onUnauthorized: (refused) => accessToken.forget(refused),
    readError: readScalekitError,
  });
  const accessToken: AccessToken = createAccessToken(client, settings);
  return {
    ...client,
    async read(request, schema) {
      const { body } = await client.request(request);
      return readBody(schema, body, providerId, request.context);
    },
    async send(request) {
      await client.request({ ...request, expect: 'none' });
    },
  };
}
