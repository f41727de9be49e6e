import type { Invitation, OrganizationId, User, UserId } from '../../model/index.js';
import type { CallContext } from '../../provider/context.js';
import type { UsersFacet } from '../../provider/facets/users.js';
import { requireOrganization } from './organizations.js';
import { membershipKey, type MemoryState } from './state.js';

const invitationLifetimeMs = 7 * 24 * 60 * 60_000;

export function createUsers(state: MemoryState): UsersFacet {
  const { users, memberships, invitations, serve } = state;

  function requireUser(id: UserId, context: CallContext): User {
    const found = users.get(id);
    if (!found) throw state.error(context, 'not_found', `there is no user ${id}`);
    return found;
  }

  return {
    listPage: (scope, page, context) =>
      serve(context, { ...scope, ...page }, [scope.organizationId], () => {
        requireOrganization(state, scope.organizationId, context);
        return users.page(page, ({ id }) =>
          Boolean(memberships.get(membershipKey({ ...scope, userId: id }))),
        );
      }),
    listMembershipsPage: (scope, page, context) =>
      serve(context, { ...scope, ...page }, [scope.organizationId], () => {
        requireOrganization(state, scope.organizationId, context);
        return memberships.page(page, ({ organizationId }) => organizationId === scope.organizationId);
      }),
    get: (id, context) => serve(context, id, [id], () => requireUser(id, context)),
    create: (input, context) =>
      serve(context, input, [input.organizationId], () => {
        const { organizationId, email, sendInvitation } = input;
        requireOrganization(state, organizationId, context);
        const known = users.find((user) => isSameAddress(user.email, email));
        if (known && memberships.get(membershipKey({ organizationId, userId: known.id })))
          throw state.error(context, 'already_exists', `${known.id} is a member of ${organizationId}`);
        const user =
          known ??
          users.insert({
            ...state.entity<'user'>('user'),
            email,
            emailVerified: false,
            firstName: input.firstName ?? null,
            lastName: input.lastName ?? null,
            externalId: input.externalId ?? null,
            metadata: input.metadata ?? {},
          });
        const status = sendInvitation ? 'pending' : 'active';
        const membership = memberships.insert({
          provider: state.id,
          vendorId: state.nextId('mem'),
          organizationId,
          userId: user.id,
          status,
          vendorStatus: status,
          roles: input.roles ?? [],
          createdAt: state.timestamp(),
        });
        return {
          user,
          membership,
          invitation: sendInvitation ? invitations.insert(newInvitation(state, organizationId, email)) : null,
        };
      }),
    update: (id, input, context) =>
      serve(context, { id, ...input }, [id], () => {
        const current = requireUser(id, context);
        return users.update(id, {
          firstName: input.firstName ?? current.firstName,
          lastName: input.lastName ?? current.lastName,
          externalId: input.externalId ?? current.externalId,
          metadata: input.metadata ?? current.metadata,
          updatedAt: state.timestamp(),
        })!;
      }),
    delete: (id, context) =>
      serve(context, id, [id], () => {
        const { email } = requireUser(id, context);
        users.delete(id);
        memberships.deleteWhere(({ userId }) => userId === id);
        invitations.deleteWhere((invitation) => isSameAddress(invitation.email, email));
      }),
    resendInvitation: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.userId], () => {
        const { email } = requireUser(ref.userId, context);
        const invitation = invitations
          .list((each) => each.organizationId === ref.organizationId && isSameAddress(each.email, email))
          .at(-1);
        if (!invitation)
          throw state.error(context, 'not_found', `${ref.userId} has no invitation to ${ref.organizationId}`);
        const expired = Date.parse(invitation.expiresAt!) <= state.now();
        const status = invitation.status === 'pending' && expired ? 'expired' : invitation.status;
        if (status !== 'pending')
          throw state.error(context, 'failed_precondition', `the invitation is ${status}`);
        return invitations.update(invitation.vendorId!, {
          expiresAt: state.timestamp(invitationLifetimeMs),
        })!;
      }),
  };
}

export function isSameAddress(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function newInvitation(state: MemoryState, organizationId: OrganizationId, email: string): Invitation {
  return {
    provider: state.id,
    vendorId: state.nextId('inv'),
    organizationId,
    email,
    status: 'pending',
    vendorStatus: 'pending',
    expiresAt: state.timestamp(invitationLifetimeMs),
  };
}
