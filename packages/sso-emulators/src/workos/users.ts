import type { EmulatorRequest } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { isExternalId, mergeMetadata, readBody } from './body.js';
import { entityNotFound, invalidRequestParameters, refused, validationError } from './errors.js';
import type { User } from './objects.js';
import { listPage } from './paging.js';
import { fullName, type WorkosState } from './state.js';

export function userRoutes(state: WorkosState): Route[] {
  function find(request: EmulatorRequest): User {
    const id = request.params['id'] ?? '';
    const user = state.users.get(id);
    if (!user) throw entityNotFound('User', id);
    return user;
  }

  function byExternalId(externalId: string): User | undefined {
    return state.users.slice(0).find((user) => user.external_id === externalId);
  }

  /** What a body changes in a user. Passwords are taken and not kept. */
  function read(body: Record<string, unknown>, current?: User): Partial<User> {
    const email = current && body['email'] === undefined ? undefined : requireEmail(body['email']);
    const owner = email === undefined ? undefined : state.userByEmail(email);
    if (owner && owner.id !== current?.id) {
      const problem = { code: 'email_not_available', message: 'This email is not available.' };
      throw validationError('user_creation_error', [problem]);
    }
    const externalId = body['external_id'];
    if (typeof externalId === 'string') {
      if (!isExternalId(externalId))
        throw invalid('external_id', 'External ID should be 1 to 128 ASCII characters.');
      const holder = byExternalId(externalId);
      if (holder && holder.id !== current?.id) throw refused('external_id_already_used');
    }
    const metadata = mergeMetadata(current?.metadata ?? {}, body['metadata']);
    if (metadata === undefined) throw refused('invalid_metadata');

    const changes: { -readonly [Field in keyof User]?: User[Field] } = { metadata };
    if (email !== undefined) changes.email = email;
    for (const field of ['first_name', 'last_name', 'locale'] as const) {
      const value = body[field];
      if (typeof value === 'string' || value === null) changes[field] = value;
    }
    if (typeof externalId === 'string' || externalId === null) changes.external_id = externalId;
    if (typeof body['email_verified'] === 'boolean') changes.email_verified = body['email_verified'];
    changes.name =
      typeof body['name'] === 'string'
        ? body['name']
        : fullName(changes.first_name ?? current?.first_name, changes.last_name ?? current?.last_name);
    return changes;
  }

  return [
    route('GET', '/user_management/users', (request) => {
      const query = request.url.searchParams;
      const email = query.get('email')?.toLowerCase();
      const organizationId = query.get('organization_id') || query.get('organization');
      return listPage(
        request,
        state.users,
        (user) =>
          (!email || user.email.toLowerCase() === email) &&
          (!organizationId || state.membership(user.id, organizationId) !== undefined),
        (user) => user,
      );
    }),
    route('POST', '/user_management/users', (request) => {
      const body = readBody(request);
      return { status: 201, body: state.createUser({ ...read(body), email: requireEmail(body['email']) }) };
    }),
    route('GET', '/user_management/users/external_id/{external_id}', (request) => {
      const externalId = request.params['external_id'] ?? '';
      const user = byExternalId(externalId);
      if (!user) throw entityNotFound('User', externalId);
      return { status: 200, body: user };
    }),
    route('GET', '/user_management/users/{id}', (request) => ({ status: 200, body: find(request) })),
    route('PUT', '/user_management/users/{id}', (request) => {
      const user = find(request);
      state.updateUser(user, read(readBody(request), user));
      return { status: 200, body: user };
    }),
    route('DELETE', '/user_management/users/{id}', (request) => {
      state.deleteUser(find(request));
      return { status: 200 };
    }),
  ];
}

/** An e-mail address, or the recorded 422. [R] */
export function requireEmail(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw invalidRequestParameters([
      { code: 'email_string_required', message: 'Email should be a non-empty string.' },
    ]);
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(value)) throw invalid('email', 'Email should be a valid email address.');
  return value;
}

function invalid(field: string, message: string) {
  return invalidRequestParameters([{ code: `${field}_invalid`, message }]);
}
