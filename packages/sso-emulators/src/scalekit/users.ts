import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { defined } from '../kernel/parse.js';
import type { ScalekitEnvironment } from './environment.js';
import { apiError, invalid, notFound } from './errors.js';
import { flag, list, message, type Read, readBody, readQuery, string, stringMap } from './messages.js';
import { findOrganization } from './organizations.js';
import { newestFirst, page } from './paging.js';
import type { Membership, Role, User, UserFields } from './objects.js';
import { type ScalekitState, timestamp } from './state.js';

const metadata = stringMap({ maxPairs: 20, key: { min: 3, max: 25 }, value: { min: 1, max: 256 } });
const name = string({ max: 255 });

const profileFields = {
  given_name: name,
  family_name: name,
  /** Deprecated duplicates of the two above. */
  first_name: string({ max: 200 }),
  last_name: string({ max: 200 }),
  name: string(),
  locale: string(),
  phone_number: string(),
  preferred_username: string(),
  picture: string(),
  gender: string(),
  groups: list(string({ min: 1, max: 250 })),
  metadata,
  custom_attributes: metadata,
};

const membershipFields = { roles: list(message({ name: string() }, ['name'])), metadata };
const newMembership = message({ ...membershipFields, inviter_email: string() });
const updatedMembership = message(membershipFields);
const userFields = { external_id: string(), metadata, user_profile: message(profileFields) };
const newUser = message({ ...userFields, email: string(), membership: newMembership }, ['email']);
const updatedUser = message(userFields);

/** The user as it is sent. */
export function sendUser(state: ScalekitState, user: User): object {
  const { profile, memberships, ...fields } = user;
  return {
    ...fields,
    environment_id: state.environmentId,
    user_profile: { ...profile, external_identities: [] },
    memberships: [...memberships.values()].map((membership) => sendMembership(state, membership)),
  };
}

function sendMembership(state: ScalekitState, membership: Membership): object {
  const { expires, resent_at: _resentAt, resent_count: _resentCount, ...fields } = membership;
  const organizationName = state.organizations.get(membership.organization_id)?.display_name ?? '';
  return {
    ...fields,
    membership_status: state.membershipStatus(membership),
    permissions: [],
    name: organizationName,
    display_name: organizationName,
    ...(expires !== undefined && { expires_at: timestamp(expires) }),
  };
}

function sendInvite(state: ScalekitState, user: User, membership: Membership): object {
  const { organization_id, inviter_email, created_at, expires = 0, resent_at, resent_count } = membership;
  return {
    organization_id,
    user_id: user.id,
    inviter_email,
    status: state.membershipStatus(membership),
    created_at,
    expires_at: timestamp(expires),
    ...(resent_at !== undefined && { resent_at }),
    resent_count,
  };
}

function storedUser({
  external_id,
  metadata: pairs,
  user_profile: given,
}: Read<typeof userFields>): UserFields {
  const { first_name: firstName, last_name: lastName, ...profile } = given ?? {};
  return defined({
    external_id,
    metadata: pairs,
    profile: given && defined({ given_name: firstName, family_name: lastName, ...profile }),
  });
}

function invited(request: EmulatorRequest): boolean {
  return readQuery(request, { send_invitation_email: flag }).send_invitation_email ?? true;
}

/** Users, their memberships and their invitations. */
export function userRoutes({ state, mode }: ScalekitEnvironment): Route[] {
  /** By `{id}` or `{external_id}`. */
  function find({ params }: EmulatorRequest): User {
    const { id = '', external_id: externalId } = params;
    if (externalId === undefined && (!id.startsWith('usr_') || id.length < 19 || id.length > 25)) {
      throw invalid([
        {
          field: 'id',
          description: 'value must start with usr_ and have 19 to 25 characters',
          constraint: 'string.prefix',
        },
      ]);
    }
    const user = externalId === undefined ? state.users.get(id) : state.userByExternalId(externalId);
    if (!user) throw notFound('user');
    return user;
  }

  function findMembership(request: EmulatorRequest): { user: User; membership: Membership } {
    const organization = findOrganization(state, request.params['organization_id']);
    const user = find(request);
    const membership = user.memberships.get(organization.id);
    if (!membership) throw notFound('membership');
    return { user, membership };
  }

  function findRoles(names: readonly { readonly name?: string }[] | undefined): readonly Role[] | undefined {
    return names?.map((wanted) => {
      const role = state.roles.find((candidate) => candidate.name === wanted.name);
      if (!role) throw apiError('INVALID_ARGUMENT', `role ${wanted.name} does not exist`);
      return role;
    });
  }

  function answer(user: User, status = 200): EmulatorResponse {
    return { status, body: { user: sendUser(state, user) } };
  }

  function answerPage(
    request: EmulatorRequest,
    rows: Parameters<typeof page<User>>[1],
    max: number,
  ): EmulatorResponse {
    const { items, ...tokens } = page(request, rows, max);
    return { status: 200, body: { ...tokens, users: items.map((user) => sendUser(state, user)) } };
  }

  function search(request: EmulatorRequest, users: readonly User[]): EmulatorResponse {
    const query = readQuery(request, { query: string({ min: 3, max: 100 }) }, { required: ['query'] });
    const wanted = query.query?.toLowerCase() ?? '';
    const matches = users.filter(({ email, id, external_id: externalId = '' }) =>
      [email, id, externalId].some((text) => text.toLowerCase().includes(wanted)),
    );
    return answerPage(request, matches, 30);
  }

  const organizationUsers = '/api/v1/organizations/{organization_id}/users';
  const byEitherId = ['/{id}', ':external/{external_id}'];

  return [
    route('POST', organizationUsers, (request) => {
      const organization = findOrganization(state, request.params['organization_id']);
      const { email = '', membership, ...fields } = readBody(request, newUser);
      if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
        throw invalid([
          { field: 'email', description: 'value must be a valid email address', constraint: 'string.email' },
        ]);
      }
      const roles = findRoles(membership?.roles);
      const invite = invited(request);
      const user = state.createUser(email, storedUser(fields));
      state.createMembership(user, organization, { ...defined({ ...membership, roles }), invite });
      return answer(user, 201);
    }),

    route('GET', organizationUsers, (request) => {
      const { id } = findOrganization(state, request.params['organization_id']);
      return answerPage(request, newestFirst(state.members(id)), 100);
    }),

    route('GET', `${organizationUsers}:search`, (request) => {
      const { id } = findOrganization(state, request.params['organization_id']);
      return search(request, [...state.members(id)]);
    }),

    route('GET', '/api/v1/users', (request) => answerPage(request, newestFirst(state.users), 100)),
    route('GET', '/api/v1/users:search', (request) => search(request, [...state.users])),

    ...byEitherId.flatMap((suffix) => [
      route('GET', `/api/v1/users${suffix}`, (request) => answer(find(request))),

      route('PATCH', `/api/v1/users${suffix}`, (request) => {
        const user = find(request);
        state.updateUser(user, storedUser(readBody(request, updatedUser)));
        return answer(user);
      }),

      route('DELETE', `/api/v1/users${suffix}`, (request) => {
        state.deleteUser(find(request));
        return { status: 200, body: {} };
      }),
    ]),

    ...byEitherId
      .map((suffix) => `/api/v1/memberships/organizations/{organization_id}/users${suffix}`)
      .flatMap((path) => [
        route('POST', path, (request) => {
          const organization = findOrganization(state, request.params['organization_id']);
          const user = find(request);
          const { roles, ...fields } = readBody(request, newMembership);
          state.createMembership(user, organization, {
            ...defined({ ...fields, roles: findRoles(roles) }),
            invite: invited(request),
          });
          return answer(user, 201);
        }),

        route('PATCH', path, (request) => {
          const { user, membership } = findMembership(request);
          const { roles, metadata: pairs } = readBody(request, updatedMembership);
          state.updateMembership(user, membership, defined({ roles: findRoles(roles), metadata: pairs }));
          return answer(user);
        }),

        route('DELETE', path, (request) => {
          const { user, membership } = findMembership(request);
          const { cascade = true } = readQuery(request, { cascade: flag });
          state.deleteMembership(user, membership.organization_id, cascade);
          return { status: 200, body: {} };
        }),
      ]),

    route('PATCH', '/api/v1/invites/organizations/{organization_id}/users/{id}/resend', (request) => {
      if (mode !== 'full-stack-auth')
        throw apiError('FAILED_PRECONDITION', 'full stack authentication is disabled');
      const { user, membership } = findMembership(request);
      if (state.membershipStatus(membership) === 'ACTIVE') {
        throw apiError('FAILED_PRECONDITION', 'the invitation has already been accepted');
      }
      state.resendInvite(membership);
      return { status: 200, body: { invite: sendInvite(state, user, membership) } };
    }),

    ...userRoleRoutes(),
  ];

  function userRoleRoutes(): Route[] {
    const path = `${organizationUsers}/{id}/roles`;
    const assigned = list(message({ role_name: string() }, ['role_name']));
    return [
      route('GET', path, (request) => ({
        status: 200,
        body: { roles: findMembership(request).membership.roles },
      })),

      route('POST', path, (request) => {
        const { user, membership } = findMembership(request);
        const added =
          findRoles(readBody(request, assigned).map((role) => ({ name: role.role_name ?? '' }))) ?? [];
        state.updateMembership(user, membership, { roles: [...new Set([...membership.roles, ...added])] });
        return { status: 200, body: { roles: membership.roles } };
      }),

      route('DELETE', `${path}/{role_name}`, (request) => {
        const { user, membership } = findMembership(request);
        const rest = membership.roles.filter((role) => role.name !== request.params['role_name']);
        if (rest.length === membership.roles.length) throw notFound('role');
        state.updateMembership(user, membership, { roles: rest });
        return { status: 200, body: {} };
      }),

      route('GET', `${organizationUsers}/{id}/permissions`, (request) => {
        findMembership(request);
        return { status: 200, body: { permissions: [] } };
      }),
    ];
  }
}
