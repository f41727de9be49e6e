import { SsoError, type Member } from '@org/sso-core';
import { path, type ApiRequest } from '@org/sso-core/http';
import {
  loadOnce,
  nativeOf,
  type CallContext,
  type Page,
  type PageRequest,
  type UsersFacet,
} from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { factsOf, refusal } from '../errors.js';
import { ids } from '../ids.js';
import type { Person } from '../wire/user.js';

/** [S] */
const maxPageSize = 100;
/** [S] */
const maxSearchPageSize = 30;
const maxSearchLength = 100;

const wire = loadOnce(() => import('../wire/user.js'));

export function createUsers(api: ScalekitApi): UsersFacet {
  async function readPage(
    at: string,
    query: ApiRequest['query'] & object,
    context: CallContext,
  ): Promise<Page<Person>> {
    const { usersPage } = await wire();
    return api.read({ context, method: 'GET', path: at, query }, usersPage);
  }

  function listPeople(
    organizationId: string,
    { cursor, pageSize = maxPageSize }: PageRequest,
    context: CallContext,
  ) {
    const query = { page_size: Math.min(pageSize, maxPageSize), page_token: cursor };
    return readPage(path`/api/v1/organizations/${organizationId}/users`, query, context);
  }

  async function getPerson(id: string, context: CallContext): Promise<Person> {
    const { userAnswer } = await wire();
    return api.read({ context, method: 'GET', path: path`/api/v1/users/${id}` }, userAnswer);
  }

  /** There is no filter by e-mail: a text search, read until the exact address turns up [S]. */
  async function findByEmail(email: string, context: CallContext): Promise<Person | undefined> {
    const query = { query: email.slice(0, maxSearchLength), page_size: maxSearchPageSize };
    for (let token: string | null = null; ;) {
      const { items, nextCursor } = await readPage(
        '/api/v1/users:search',
        { ...query, page_token: token },
        context,
      );
      const found = items.find(({ user }) => user.email.toLowerCase() === email.toLowerCase());
      if (found || nextCursor === null || nextCursor === token) return found;
      token = nextCursor;
    }
  }

  return {
    async listPage({ organizationId }, page, context) {
      const { items, nextCursor } = await listPeople(ids.strip(organizationId), page, context);
      return { items: items.map(({ user }) => user), nextCursor };
    },
    async listMembershipsPage({ organizationId }, page, context) {
      const { toMembership } = await wire();
      const vendorId = ids.strip(organizationId);
      const { items, nextCursor } = await listPeople(vendorId, page, context);
      return { items: items.map((person) => toMembership(person, vendorId)), nextCursor };
    },
    get: async (id, context) => (await getPerson(ids.strip(id), context)).user,
    async create({ organizationId, sendInvitation, roles, ...input }, context): Promise<Member> {
      const organization = ids.strip(organizationId);
      const { findMembership, invitationOf, toMembership, userAnswer } = await wire();
      const membership = roles && { roles: roles.map((name) => ({ name })) };
      // It defaults to true and is a query parameter: a JSON field would be ignored and everybody mailed [S].
      const query = { send_invitation_email: sendInvitation };

      const createUser = () =>
        api.read(
          {
            context,
            method: 'POST',
            path: path`/api/v1/organizations/${organization}/users`,
            query,
            json: {
              email: input.email,
              external_id: input.externalId,
              metadata: input.metadata,
              membership,
              user_profile: { given_name: input.firstName, family_name: input.lastName },
            },
          },
          userAnswer,
        );
      const addMember = (known: Person) => {
        if (findMembership(known, organization)) {
          throw refusal('already_exists', context, 'this person is a member of the organization already');
        }
        return api.read(
          {
            context,
            method: 'POST',
            path: path`/api/v1/memberships/organizations/${organization}/users/${known.user.vendorId}`,
            query,
            json: membership ?? {},
          },
          userAnswer,
        );
      };

      const known = await findByEmail(input.email, context);
      const person = known ? await addMember(known) : await createUser();
      return {
        user: person.user,
        membership: toMembership(person, organization),
        invitation: sendInvitation ? invitationOf(person, organization) : null,
      };
    },
    async update(id, { firstName, lastName, externalId, metadata }, context) {
      const { userAnswer } = await wire();
      const renames = firstName !== undefined || lastName !== undefined;
      const { user } = await api.read(
        {
          context,
          method: 'PATCH',
          path: path`/api/v1/users/${ids.strip(id)}`,
          json: {
            external_id: externalId,
            metadata,
            ...(renames && { user_profile: { given_name: firstName, family_name: lastName } }),
          },
        },
        userAnswer,
      );
      return user;
    },
    delete: async (id, context) =>
      api.send({ context, method: 'DELETE', path: path`/api/v1/users/${ids.strip(id)}` }),
    async resendInvitation({ organizationId, userId }, context) {
      const organization = ids.strip(organizationId);
      const id = ids.strip(userId);
      const { findMembership, inviteAnswer, toInvitation, toMembership } = await wire();
      const person = await getPerson(id, context);
      const membership = findMembership(person, organization);
      const isPending = toMembership(person, organization).status === 'pending';
      // Who came in by a login or was added directly was never invited [S].
      const wasInvited = isPending || (membership?.provisioning_method || 'invitation') === 'invitation';
      if (!membership || !wasInvited) {
        throw refusal('not_found', context, 'this person has no invitation to the organization');
      }
      if (!isPending) {
        throw refusal('failed_precondition', context, 'the invitation is not pending');
      }
      try {
        const invite = await api.read(
          {
            context,
            method: 'PATCH',
            path: path`/api/v1/invites/organizations/${organization}/users/${id}/resend`,
            json: {},
            // Every one sends an e-mail.
            replay: 'once',
          },
          inviteAnswer,
        );
        return toInvitation(invite, person.user.email, nativeOf(invite));
      } catch (error) {
        // Both ids are known to be good, so 400 means that this invitation cannot be sent again [S].
        if (!SsoError.isInstance(error) || error.code !== 'invalid_argument') throw error;
        throw new SsoError({ ...factsOf(error), code: 'failed_precondition' });
      }
    },
  };
}
