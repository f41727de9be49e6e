import type { CreateUser, Invitation, Membership, MembershipRef, User, UserId } from '@org/sso-core';
import { path } from '@org/sso-core/http';
import { loadOnce, type CallContext, type UsersFacet } from '@org/sso-core/provider';
import { createOnce, type WorkosApi } from '../api.js';
import { refusal, refuse } from '../errors.js';
import { ids, providerId } from '../ids.js';
import { replaceMetadata } from './metadata.js';

const user = loadOnce(async () => (await import('../wire/user.js')).user);
const membership = loadOnce(async () => (await import('../wire/membership.js')).membership);
const invitation = loadOnce(async () => (await import('../wire/invitation.js')).invitation);

const usersPath = '/user_management/users';
const membershipsPath = '/user_management/organization_memberships';
const invitationsPath = '/user_management/invitations';
const byId = (id: UserId) => path`/user_management/users/${ids.strip(id)}`;

/** Without `statuses` only active memberships are listed. [S] */
const statuses = 'active,pending,inactive';
const firstPage = { cursor: null };

/** User Management (AuthKit). Logins through standalone SSO make no users there. */
export function createUsers(api: WorkosApi): UsersFacet {
  const get = async (id: UserId, context: CallContext): Promise<User> =>
    api.one(user, { context, method: 'GET', path: byId(id) });

  async function findByEmail(email: string, context: CallContext): Promise<User | undefined> {
    const { items } = await api.page(user, firstPage, { context, path: usersPath, query: { email } });
    return items.find((item) => item.email.toLowerCase() === email.toLowerCase());
  }

  const createUser = async (input: CreateUser, context: CallContext): Promise<User> =>
    api.one(user, {
      context,
      method: 'POST',
      path: usersPath,
      json: {
        email: input.email,
        first_name: input.firstName,
        last_name: input.lastName,
        external_id: input.externalId,
        metadata: input.metadata,
      },
      ...createOnce(),
    });

  async function findMembership(
    { organizationId, userId }: MembershipRef,
    context: CallContext,
  ): Promise<Membership | undefined> {
    const { items } = await api.page(membership, firstPage, {
      context,
      path: membershipsPath,
      query: { organization_id: ids.strip(organizationId), user_id: ids.strip(userId), statuses },
    });
    return items.find((item) => item.organizationId === organizationId && item.userId === userId);
  }

  const createMembership = async (
    { organizationId, userId }: MembershipRef,
    roles: readonly string[],
    context: CallContext,
  ): Promise<Membership> =>
    api.one(membership, {
      context,
      method: 'POST',
      path: membershipsPath,
      json: {
        organization_id: ids.strip(organizationId),
        user_id: ids.strip(userId),
        // Several need a switch of the environment, so that one is sent in the form that always works.
        ...(roles.length > 1 ? { role_slugs: roles } : { role_slug: roles[0] }),
      },
      ...createOnce(),
    });

  const invite = async (
    { organizationId, email, roles }: CreateUser,
    context: CallContext,
  ): Promise<Invitation> =>
    api.one(invitation, {
      context,
      method: 'POST',
      path: invitationsPath,
      json: { email, organization_id: ids.strip(organizationId), role_slug: roles?.[0] },
      ...createOnce(),
    });

  return {
    listPage: async ({ organizationId }, page, context) =>
      api.page(user, page, {
        context,
        path: usersPath,
        query: { organization_id: ids.strip(organizationId) },
      }),
    listMembershipsPage: async ({ organizationId }, page, context) =>
      api.page(membership, page, {
        context,
        path: membershipsPath,
        query: { organization_id: ids.strip(organizationId), statuses },
      }),
    get,
    /** Every step finds what an earlier, interrupted call left behind, so that calling again continues. */
    async create(input, context) {
      const { organizationId, email, roles = [], sendInvitation } = input;
      ids.strip(organizationId);
      if (sendInvitation && roles.length > 1) {
        return refuse('users', context, 'a WorkOS invitation carries one role');
      }
      const existing = await findByEmail(email, context);
      const person = existing ?? (await createUser(input, context));
      const ref = { organizationId, userId: person.id };
      if (sendInvitation) {
        const sent = await invite(input, context);
        const pending = (await findMembership(ref, context)) ?? pendingMembership(ref, roles);
        return { user: person, membership: pending, invitation: sent };
      }
      if (existing && (await findMembership(ref, context))?.status === 'active') {
        throw refusal('already_exists', context, 'the person is a member of the organization already');
      }
      return { user: person, membership: await createMembership(ref, roles, context), invitation: null };
    },
    update: async (id, { firstName, lastName, externalId, metadata }, context) =>
      api.one(user, {
        context,
        method: 'PUT',
        path: byId(id),
        json: {
          first_name: firstName,
          last_name: lastName,
          external_id: externalId,
          metadata: metadata && (await replaceMetadata(metadata, () => get(id, context))),
        },
      }),
    delete: async (id, context) => api.send({ context, method: 'DELETE', path: byId(id) }),
    async resendInvitation({ organizationId, userId }, context) {
      ids.strip(organizationId);
      const { email } = await get(userId, context);
      const { items } = await api.page(invitation, firstPage, {
        context,
        path: invitationsPath,
        query: { organization_id: ids.strip(organizationId), email },
      });
      const own = items.filter((item) => item.organizationId === organizationId);
      const [newest] = own;
      if (!newest) throw refusal('not_found', context, 'the person was not invited to the organization');
      const pending = own.find(({ status }) => status === 'pending');
      if (!pending) {
        throw refusal('failed_precondition', context, `the invitation is ${newest.vendorStatus}`);
      }
      return api.one(invitation, {
        context,
        method: 'POST',
        path: path`/user_management/invitations/${pending.vendorId!}/resend`,
        json: {},
      });
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
