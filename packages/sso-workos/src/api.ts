import { randomUUID } from 'node:crypto';
import {
  createApiClient,
  createAxiosTransport,
  type ApiClient,
  type HttpTransport,
} from '@org/sso-core/http';
import type { PageRequest } from '@org/sso-core/provider';
import { readError } from './errors.js';
import { providerId } from './ids.js';
import type { WorkosOptions } from './settings.js';

export interface WorkosApi {
  /** The API host. */
  readonly api: ApiClient;
  /** The host of single logout. */
  readonly auth: ApiClient;
  readonly transport: HttpTransport;
}

export function createWorkosApi(
  { apiKey, http }: Pick<WorkosOptions, 'apiKey' | 'http'>,
  baseUrl: string,
  authUrl: string,
): WorkosApi {
  const transport = http?.transport ?? createAxiosTransport();
  const credentials = { authorization: `Bearer ${apiKey}` };
  const clientOf = (url: string) =>
    createApiClient({
      provider: providerId,
      baseUrl: url,
      http: { ...http, transport },
      authenticate: async () => credentials,
      readError,
    });
  return { api: clientOf(baseUrl), auth: clientOf(authUrl), transport };
}

/** Every list takes at most 100 items a page; the default order is documented in two ways, so it is always sent. [S] */
export function pageQuery({ cursor, pageSize = 100 }: PageRequest) {
  return { limit: Math.min(pageSize, 100), order: 'desc', after: cursor };
}

/**
 * A creation that may be sent again after a lost answer: one key for all attempts. Recorded on organizations, and said of every POST
 * by the official SDK, which does the same. [R][N]
 */
export function createOnce() {
  return { replay: 'idempotent', headers: { 'idempotency-key': randomUUID() } } as const;
}
