import type { EmulatorRequest } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { readBody } from './body.js';
import { entityNotFound, refused } from './errors.js';
import { invitationState } from './event-data.js';
import { requireRole } from './memberships.js';
import type { Invitation } from './objects.js';
import { listPage } from './paging.js';
import type { WorkosState } from './state.js';
import { requireEmail } from './users.js';

/** The wire object, with the state as of now. [S] */
function invitationObject(state: WorkosState, invitation: Invitation): object {
  const { object, id, email, ...rest } = invitation;
  return { object, id, email, state: invitationState(invitation, state.now()), ...rest };
}

export function invitationRoutes(state: WorkosState): Route[] {
  function find(request: EmulatorRequest): Invitation {
    const id = request.params['id'] ?? '';
    const invitation = state.invitations.get(id);
    if (!invitation) throw entityNotFound('Invitation', id);
    return invitation;
  }

  const answer = (invitation: Invitation, status = 200) => ({
    status,
    body: invitationObject(state, invitation),
  });

  return [
    route('GET', '/user_management/invitations', (request) => {
      const query = request.url.searchParams;
      const email = query.get('email')?.toLowerCase();
      const organizationId = query.get('organization_id');
      return listPage(
        request,
        state.invitations,
        (invitation) =>
          (!email || invitation.email.toLowerCase() === email) &&
          (!organizationId || invitation.organization_id === organizationId),
        (invitation) => invitationObject(state, invitation),
      );
    }),
    route('POST', '/user_management/invitations', (request) => {
      const body = readBody(request);
      const email = requireEmail(body['email']);
      const organizationId = optionalId(body, 'organization_id');
      const inviterId = optionalId(body, 'inviter_user_id');
      const role = body['role_slug'] ?? undefined;
      const days = body['expires_in_days'] ?? 7;
      if (typeof days !== 'number' || days < 1) throw refused('expires_in_days_too_short');
      if (days > 30) throw refused('expires_in_days_too_long');
      if (organizationId !== null && !state.organizations.get(organizationId)) {
        throw entityNotFound('Organization', organizationId);
      }
      if (inviterId !== null && !state.users.get(inviterId)) throw entityNotFound('User', inviterId);
      const user = state.userByEmail(email);
      if (user && organizationId === null) throw refused('user_already_exists');
      const membership = user && organizationId !== null && state.membership(user.id, organizationId);
      if (membership && membership.status === 'active') throw refused('user_already_organization_member');
      const isInvited = state.invitations
        .slice(0)
        .some(
          (other) =>
            other.email.toLowerCase() === email.toLowerCase() &&
            other.organization_id === organizationId &&
            invitationState(other, state.now()) === 'pending',
        );
      if (isInvited)
        throw refused(
          organizationId === null ? 'email_already_invited' : 'email_already_invited_to_organization',
        );
      const invitation = state.createInvitation(
        {
          email,
          organization_id: organizationId,
          inviter_user_id: inviterId,
          role_slug: role === undefined ? null : requireRole(role, 400),
        },
        days,
        (token) => `${request.url.origin}/invite?invitation_token=${token}`,
      );
      return answer(invitation, 201);
    }),
    route('GET', '/user_management/invitations/by_token/{token}', (request) => {
      const token = request.params['token'] ?? '';
      const invitation = state.invitations.slice(0).find((candidate) => candidate.token === token);
      if (!invitation) throw entityNotFound('Invitation', token);
      return answer(invitation);
    }),
    route('GET', '/user_management/invitations/{id}', (request) => answer(find(request))),
    route('POST', '/user_management/invitations/{id}/accept', (request) => {
      const invitation = find(request);
      if (invitation.accepted_user_id !== null) throw refused('invite_has_accepted_user_id');
      if (invitationState(invitation, state.now()) !== 'pending') throw refused('invite_not_pending');
      state.acceptInvitation(invitation);
      return answer(invitation);
    }),
    route('POST', '/user_management/invitations/{id}/resend', (request) => {
      const invitation = find(request);
      const current = invitationState(invitation, state.now());
      if (current !== 'pending') throw refused(`invite_${current}`);
      state.resendInvitation(invitation);
      return answer(invitation);
    }),
    route('POST', '/user_management/invitations/{id}/revoke', (request) => {
      const invitation = find(request);
      if (invitationState(invitation, state.now()) !== 'pending') throw refused('invite_not_pending');
      state.revokeInvitation(invitation);
      return answer(invitation);
    }),
  ];
}

function optionalId(body: Record<string, unknown>, field: string): string | null {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : null;
}
