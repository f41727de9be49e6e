import type { AuditMetadata } from '@org/sso-core';
import { remoteAddressOf } from '@org/sso-core/web';
import type { ActionContext } from './actor.js';

/** Where a visitor's IP address is found. */
export type ClientAddress =
  /** A header your own proxy sets, such as `cf-connecting-ip`, and nobody else can. */
  | { readonly header: string }
  /** `X-Forwarded-For`, to which each of this many proxies of yours adds the address it was called from. */
  | { readonly trustedProxies: number };

export interface RequestContextOptions {
  /** Default: the address of the connection, as `toNodeHandler` knows it. Headers are forged easily, so none is believed unasked. */
  readonly clientAddress?: ClientAddress | undefined;
  /** Page or route. Default: the path of the request's URL. */
  readonly source?: string | undefined;
  readonly metadata?: AuditMetadata | undefined;
}

/** Reads the context of an action from a request. The location is `unknown` where nothing tells it. */
export function requestContext(
  request: Request,
  { clientAddress, source = new URL(request.url).pathname, metadata }: RequestContextOptions = {},
): ActionContext {
  return {
    location: locationOf(request, clientAddress) || 'unknown',
    userAgent: request.headers.get('user-agent'),
    source,
    ...(metadata && { metadata }),
  };
}

function locationOf(request: Request, from: ClientAddress | undefined): string | null | undefined {
  if (!from) return remoteAddressOf(request);
  if ('header' in from) return request.headers.get(from.header);
  const chain = (request.headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim());
  return chain.at(-from.trustedProxies);
}
