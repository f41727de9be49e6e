import { SsoError, UnsupportedOperationError, type OrganizationId } from '@org/sso-core';
import type { CallContext, FacetName } from '@org/sso-core/provider';
import { providerId } from '../ids.js';

/** For operations the client never calls, since their feature is `false`. */
export async function refuse(facet: FacetName, { operation }: CallContext, reason: string): Promise<never> {
  throw new UnsupportedOperationError({ facet, operation, provider: providerId, reason });
}

/** Ids at WorkOS are unique in the environment: only this comparison keeps an id of another tenant out. */
export function requireOwner<T extends { readonly organizationId: OrganizationId | null }>(
  entity: T,
  organizationId: OrganizationId,
  { operation }: CallContext,
): T {
  if (entity.organizationId === organizationId) return entity;
  throw new SsoError({
    code: 'not_found',
    message: `${operation}: nothing with this id in organization "${organizationId}"`,
    provider: providerId,
    operation,
  });
}
