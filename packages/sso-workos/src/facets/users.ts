import {
  SsoError,
  UnsupportedOperationError,
  type CreateUser,
  type Invitation,
  type Membership,
  type MembershipRef,
  type User,
  type UserId,
} from '@org/sso-core';
import { path, type ApiClient } from '@org/sso-core/http';
import type { CallContext, UsersFacet } from '@org/sso-core/provider';
import { createOnce, pageQuery } from '../api.js';
import { ids, providerId } from '../ids.js';
import { replaceMetadata } from './metadata.js';

const firstPage = { cursor: null };

/** User Management (AuthKit). Logins through standalone SSO make no users there. */
export function createUsersFacet(api: ApiClient): UsersFacet {
  async function get(id: UserId, context: CallContext): Promise<User> {
    const { users } = await import('../wire/user.js');
    const { body } = await api.request({
      context,
      method: 'GET',
      path: path`/user_management/users/${ids.strip(id)}`,
    });
    return users.one(body, context);
  }

  async function findByEmail(email: string, context: CallContext): Promise<User | undefined> {
    const { users } = await import('../wire/user.js');
    const { body } = await api.request({
      context,
      method: 'GET',
      path: '/user_management/users',
      query: { ...pageQuery(firstPage), email },
    });
    return users.page(body, context).items.find((user) => user.email.toLowerCase() === email.toLowerCase());
  }

  async function createUser(input: CreateUser, context: CallContext): Promise<User> {
    const { users } = await import('../wire/user.js');
    const { body } = await api.request({
      context,
      method: 'POST',
      path: '/user_management/users',
      json: {
        email: input.email,
        first_name: input.firstName,
        last_name: input.lastName,
        external_id: input.externalId,
        metadata: input.metadata,
      },
      ...createOnce(),
    });
    return users.one(body, context);
  }

  async function findMembership(
    { organizationId, userId }: MembershipRef,
    context: CallContext,
  ): Promise<Membership | undefined> {
    const { memberships, membershipStatuses } = await import('../wire/membership.js');
    const { body } = await api.request({
      context,
      method: 'GET',
      path: '/user_management/organization_memberships',
      query: {
        ...pageQuery(firstPage),
        organization_id: ids.strip(organizationId),
        user_id: ids.strip(userId),
        statuses: membershipStatuses.join(),
      },
    });
    return memberships
      .page(body, context)
      .items.find(
        (membership) => membership.organizationId === organizationId && membership.userId === userId,
      );
  }

  async function createMembership(
    ref: MembershipRef,
    roles: readonly string[],
    context: CallContext,
  ): Promise<Membership> {
    const { memberships } = await import('../wire/membership.js');
    const { body } = await api.request({
      context,
      method: 'POST',
      path: '/user_management/organization_memberships',
      json: {
        organization_id: ids.strip(ref.organizationId),
        user_id: ids.strip(ref.userId),
        // Several need a switch of the environment, so that one is sent in the form that always works.
        ...(roles.length > 1 ? { role_slugs: roles } : { role_slug: roles[0] }),
      },
      ...createOnce(),
    });
    return memberships.one(body, context);
  }

  async function invite(
    { organizationId, email, roles }: CreateUser,
    context: CallContext,
  ): Promise<Invitation> {
    const { invitations } = await import('../wire/invitation.js');
    const { body } = await api.request({
      context,
      method: 'POST',
      path: '/user_management/invitations',
      json: { email, organization_id: ids.strip(organizationId), role_slug: roles?.[0] },
      ...createOnce(),
    });
    return invitations.one(body, context);
  }

  async function listInvitations(
    { organizationId, userId }: MembershipRef,
    context: CallContext,
  ): Promise<Invitation[]> {
    const { email } = await get(userId, context);
    const { invitations } = await import('../wire/invitation.js');
    const { body } = await api.request({
      context,
      method: 'GET',
      path: '/user_management/invitations',
      query: { ...pageQuery(firstPage), organization_id: ids.strip(organizationId), email },
    });
    return invitations
      .page(body, context)
      .items.filter((invitation) => invitation.organizationId === organizationId);
  }

  return {
    async listPage({ organizationId }, page, context) {
      const { users } = await import('../wire/user.js');
      const { body } = await api.request({
        context,
        method: 'GET',
        path: '/user_management/users',
        query: { ...pageQuery(page), organization_id: ids.strip(organizationId) },
      });
      return users.page(body, context);
    },
    async listMembershipsPage({ organizationId }, page, context) {
      const { memberships, membershipStatuses } = await import('../wire/membership.js');
      const { body } = await api.request({
        context,
        method: 'GET',
        path: '/user_management/organization_memberships',
        // Without `statuses` only active ones are listed.
        query: {
          ...pageQuery(page),
          organization_id: ids.strip(organizationId),
          statuses: membershipStatuses.join(),
        },
      });
      return memberships.page(body, context);
    },
    get,
    /** Every step finds what an earlier, interrupted call left behind, so that calling again continues. */
    async create(input, context) {
      const { organizationId, email, roles = [], sendInvitation } = input;
      ids.strip(organizationId);
      if (sendInvitation && roles.length > 1) {
        throw new UnsupportedOperationError({
          facet: 'users',
          operation: `${context.operation} with several roles and an invitation`,
          provider: providerId,
          reason: 'a WorkOS invitation carries one role',
        });
      }
      const existing = await findByEmail(email, context);
      const user = existing ?? (await createUser(input, context));
      const ref = { organizationId, userId: user.id };
      if (sendInvitation) {
        const invitation = await invite(input, context);
        const membership = (await findMembership(ref, context)) ?? pendingMembership(ref, roles);
        return { user, membership, invitation };
      }
      if (existing && (await findMembership(ref, context))?.status === 'active') {
        throw failure('already_exists', 'the person is a member of the organization already', context);
      }
      return { user, membership: await createMembership(ref, roles, context), invitation: null };
    },
    async update(id, { firstName, lastName, externalId, metadata }, context) {
      const { users } = await import('../wire/user.js');
      const current = async () => (await get(id, context)).metadata;
      const { body } = await api.request({
        context,
        method: 'PUT',
        path: path`/user_management/users/${ids.strip(id)}`,
        json: {
          first_name: firstName,
          last_name: lastName,
          external_id: externalId,
          metadata: metadata && (await replaceMetadata(metadata, current)),
        },
      });
      return users.one(body, context);
    },
    async delete(id, context) {
      await api.request({
        context,
        method: 'DELETE',
        path: path`/user_management/users/${ids.strip(id)}`,
        expect: 'none',
      });
    },
    async resendInvitation(ref, context) {
      ids.strip(ref.organizationId);
      const found = await listInvitations(ref, context);
      if (found.length === 0) {
        throw failure('not_found', 'the person was not invited to the organization', context);
      }
      const pending = found.find(({ status }) => status === 'pending');
      if (!pending) {
        throw failure('failed_precondition', `the invitation is ${found[0]?.vendorStatus}`, context);
      }
      const { invitations } = await import('../wire/invitation.js');
      const { body } = await api.request({
        context,
        method: 'POST',
        path: path`/user_management/invitations/${pending.vendorId!}/resend`,
        json: {},
      });
      return invitations.one(body, context);
    },
  };
}

/** Stands for the membership of somebody invited when WorkOS lists none. */
function pendingMembership(ref: MembershipRef, roles: string[]): Membership {
  return {
    provider: providerId,
    vendorId: null,
    ...ref,
    status: 'pending',
    vendorStatus: null,
    roles,
    createdAt: null,
  };
}

function failure(code: SsoError['code'], what: string, { operation }: CallContext): SsoError {
  return new SsoError({ code, message: `${operation}: ${what}`, provider: providerId, operation });
}
