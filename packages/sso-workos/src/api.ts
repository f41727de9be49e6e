import { randomUUID } from 'node:crypto';
import {
  createApiClient,
  readBody,
  type ApiClient,
  type ApiRequest,
  type BodySchema,
  type HttpSettings,
} from '@org/sso-core/http';
import type { Page, PageRequest } from '@org/sso-core/provider';
import { readError } from './errors.js';
import { providerId } from './ids.js';
import type { Reader } from './wire/reader.js';

/** Loads what reads an answer; wire modules bring zod with them, so that they are loaded on first use. */
type Load<T> = () => Promise<T>;

/** Authenticated requests to one host. Every method throws `SsoError`. */
export interface WorkosApi extends ApiClient {
  /** The entity an answer consists of. */
  one<Entity>(reader: Load<Reader<Entity>>, request: ApiRequest): Promise<Entity>;
  /** One page of a list. Takes at most 100 items; the default order is documented in two ways, so it is always sent. [S] */
  page<Entity>(
    reader: Load<Reader<Entity>>,
    page: PageRequest,
    request: Omit<ApiRequest, 'method'>,
  ): Promise<Page<Entity>>;
  read<T>(schema: Load<BodySchema<T>>, request: ApiRequest): Promise<T>;
  /** For answers that say nothing or only "Accepted". */
  send(request: ApiRequest): Promise<void>;
}

export function createWorkosApi(apiKey: string, baseUrl: string, http: HttpSettings): WorkosApi {
  const credentials = { authorization: `Bearer ${apiKey}` };
  const client = createApiClient({
    provider: providerId,
    baseUrl,
    http,
    authenticate: () => credentials,
    readError,
  });
  return {
    ...client,
    async one(reader, request) {
      const { one } = await reader();
      const { body } = await client.request(request);
      return one(body, request.context);
    },
    async page(reader, { cursor, pageSize = 100 }, request) {
      const { page } = await reader();
      const query = { limit: Math.min(pageSize, 100), order: 'desc', after: cursor, ...request.query };
      const { body } = await client.request({ ...request, method: 'GET', query });
      return page(body, request.context);
    },
    async read(load, request) {
      const schema = await load();
      const { body } = await client.request(request);
      return readBody(schema, body, providerId, request.context);
    },
    async send(request) {
      await client.request({ ...request, expect: 'none' });
    },
  };
}

/**
 * A creation that may be sent again after a lost answer: one key for all attempts. Recorded on organizations, and said of every POST
 * by the official SDK, which does the same. [R][N]
 */
export function createOnce() {
  return { replay: 'idempotent', headers: { 'idempotency-key': randomUUID() } } as const;
}
