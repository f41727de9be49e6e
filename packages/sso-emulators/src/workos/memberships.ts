import type { EmulatorRequest } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { readBody } from './body.js';
import { entityNotFound, invalidRequestParameters, refused } from './errors.js';
import type { Membership } from './objects.js';
import { listPage, listParameter } from './paging.js';
import type { WorkosState } from './state.js';

/** Roles of the environment. */
const roles = new Set(['member', 'admin']);

/** The wire object, with its user and the organization's name. [S] */
function membershipObject(state: WorkosState, membership: Membership): object {
  return {
    ...membership,
    organization_name: state.organizations.get(membership.organization_id)?.name ?? '',
    user: state.users.get(membership.user_id),
  };
}

export function membershipRoutes(state: WorkosState): Route[] {
  function find(request: EmulatorRequest): Membership {
    const id = request.params['id'] ?? '';
    const membership = state.memberships.get(id);
    if (!membership) throw entityNotFound('Organization membership', id);
    return membership;
  }

  const answer = (membership: Membership, status = 200) => ({
    status,
    body: membershipObject(state, membership),
  });

  return [
    route('GET', '/user_management/organization_memberships', (request) => {
      const query = request.url.searchParams;
      const userId = query.get('user_id');
      const organizationId = query.get('organization_id');
      if (!userId && !organizationId) throw refused('missing_user_id_or_organization_id');
      const given = listParameter(query, 'statuses');
      const statuses = given.length > 0 ? given : ['active'];
      return listPage(
        request,
        state.memberships,
        (membership) =>
          (!userId || membership.user_id === userId) &&
          (!organizationId || membership.organization_id === organizationId) &&
          statuses.includes(membership.status),
        (membership) => membershipObject(state, membership),
      );
    }),
    route('POST', '/user_management/organization_memberships', (request) => {
      const body = readBody(request);
      const userId = requireId(body, 'user_id');
      const organizationId = requireId(body, 'organization_id');
      const role = readRole(body) ?? 'member';
      if (!state.users.get(userId)) throw entityNotFound('User', userId);
      if (!state.organizations.get(organizationId)) throw entityNotFound('Organization', organizationId);
      const existing = state.membership(userId, organizationId);
      if (!existing) return answer(state.createMembership(userId, organizationId, role, 'active'), 201);
      if (existing.status === 'pending') throw cannotReactivate();
      if (existing.status === 'active') {
        const code = 'organization_membership_already_exists';
        throw invalidRequestParameters([
          { code, message: 'The user is already a member of the organization.' },
        ]);
      }
      state.setMembershipStatus(existing, 'active');
      return answer(existing, 201);
    }),
    route('GET', '/user_management/organization_memberships/{id}', (request) => answer(find(request))),
    route('PUT', '/user_management/organization_memberships/{id}', (request) => {
      const membership = find(request);
      const role = readRole(readBody(request));
      if (role !== undefined) state.setMembershipRole(membership, role);
      return answer(membership);
    }),
    route('DELETE', '/user_management/organization_memberships/{id}', (request) => {
      state.deleteMembership(find(request));
      return { status: 200 };
    }),
    route('PUT', '/user_management/organization_memberships/{id}/deactivate', (request) => {
      const membership = find(request);
      if (membership.status === 'pending') {
        throw refused(
          'cannot_deactivate_pending_organization_membership',
          'A pending organization membership cannot be deactivated.',
        );
      }
      if (membership.status === 'active') state.setMembershipStatus(membership, 'inactive');
      return answer(membership);
    }),
    route('PUT', '/user_management/organization_memberships/{id}/reactivate', (request) => {
      const membership = find(request);
      if (membership.status === 'pending') throw cannotReactivate();
      if (membership.status === 'inactive') state.setMembershipStatus(membership, 'active');
      return answer(membership);
    }),
  ];
}

function cannotReactivate() {
  return refused(
    'cannot_reactivate_pending_organization_membership',
    'A pending organization membership cannot be reactivated. The user needs to accept the invitation instead.',
  );
}

function requireId(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidRequestParameters([
    { code: `${field}_string_required`, message: `${field} should be a non-empty string.` },
  ]);
}

/** `role_slug` or a `role_slugs` of one: several roles are a switch this environment does not have on. [S] */
function readRole(body: Record<string, unknown>): string | undefined {
  const slugs = body['role_slugs'] ?? undefined;
  if (Array.isArray(slugs) && slugs.length > 1) {
    throw refused('multiple_roles_not_enabled', 'Multiple roles are not enabled for this environment.', 422);
  }
  const slug: unknown = Array.isArray(slugs) ? slugs[0] : (body['role_slug'] ?? undefined);
  return slug === undefined ? undefined : requireRole(slug, 422);
}

/** A role of the environment, or `invalid_role`. */
export function requireRole(slug: unknown, status: number): string {
  if (typeof slug === 'string' && roles.has(slug)) return slug;
  throw refused('invalid_role', `Role '${String(slug)}' is not a valid role.`, status);
}
