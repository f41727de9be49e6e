import type {
  Directory,
  DirectoryGroup,
  DirectoryGroupId,
  DirectoryId,
  DirectoryStatus,
  DirectoryUser,
  DirectoryUserId,
  DirectoryUserStatus,
  OrganizationId,
  PostalAddress,
} from '../../model/index.js';
import { setDirectoryStatus } from './directories.js';
import { recordEvent } from './events.js';
import type { MemoryState } from './state.js';

export interface MemoryDirectorySeed {
  readonly organizationId: OrganizationId;
  readonly identityProvider: string;
  /** Default: the identity provider. */
  readonly name?: string;
  /** Default `scim`. */
  readonly type?: string;
  /** Default `active`. */
  readonly status?: DirectoryStatus;
  /** Default: the same word as `status`. */
  readonly vendorStatus?: string;
}

/** A person as the customer's identity provider tells. */
export interface MemoryPerson {
  /** The identity provider's own id. */
  readonly id: string;
  readonly email?: string;
  readonly username?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly jobTitle?: string;
  readonly phoneNumber?: string;
  readonly address?: Partial<PostalAddress>;
  readonly roles?: readonly string[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Default `active`. */
  readonly status?: DirectoryUserStatus;
  /** Default: the same word as `status`. */
  readonly vendorStatus?: string;
}

/** What happens in customers' directories. Each change adds its event to the stream. */
export interface MemoryDirectoryWorld {
  createDirectory(seed: MemoryDirectorySeed): Directory;
  setDirectoryStatus(id: DirectoryId, status: 'active' | 'inactive'): Directory;
  hire(directoryId: DirectoryId, person: MemoryPerson): DirectoryUser;
  /** What is given changes; a deactivation is `{ status: 'inactive' }`. */
  changePerson(id: DirectoryUserId, changes: Partial<Omit<MemoryPerson, 'id'>>): DirectoryUser;
  deletePerson(id: DirectoryUserId): void;
  createGroup(directoryId: DirectoryId, name: string): DirectoryGroup;
  renameGroup(id: DirectoryGroupId, name: string): DirectoryGroup;
  /** Its members leave it first. */
  deleteGroup(id: DirectoryGroupId): void;
  addMember(groupId: DirectoryGroupId, userId: DirectoryUserId): void;
  removeMember(groupId: DirectoryGroupId, userId: DirectoryUserId): void;
}

export function createDirectoryWorld(state: MemoryState): MemoryDirectoryWorld {
  const { directories, directoryUsers: users, directoryGroups: groups } = state;
  const people = new Map<DirectoryUserId, MemoryPerson>();

  function tellOfUser(type: 'directory.user.created' | 'directory.user.updated', user: DirectoryUser): void {
    const { organizationId } = user;
    recordEvent(state, { type, subject: subjectOf(user), organizationId, data: { user, previous: null } });
  }

  function tellOfGroup(
    type: 'directory.group.created' | 'directory.group.updated' | 'directory.group.deleted',
    group: DirectoryGroup,
  ): void {
    recordEvent(state, {
      type,
      subject: `directory_group:${group.vendorId}`,
      organizationId: group.organizationId,
      data: { group, previous: null },
    });
  }

  function setGroups(
    type: 'directory.group.user_added' | 'directory.group.user_removed',
    { id, vendorId, directoryId, name, organizationId }: DirectoryGroup,
    userId: DirectoryUserId,
  ): void {
    const user = required(users.get(userId), userId);
    const others = user.groups!.filter((each) => each.id !== id);
    const isMember = others.length < user.groups!.length;
    const joins = type === 'directory.group.user_added';
    if (isMember === joins) return;
    const changed = users.update(userId, {
      groups: joins ? [...others, { id, name }] : others,
      updatedAt: state.timestamp(),
    })!;
    recordEvent(state, {
      type,
      subject: subjectOf(user),
      organizationId,
      data: { group: { id, vendorId, directoryId, name }, user: changed, source: 'native' },
    });
  }

  const membersOf = (id: DirectoryGroupId) =>
    users.list((user) => user.groups!.some((each) => each.id === id));

  return {
    createDirectory({ status = 'active', vendorStatus = status, type = 'scim', ...seed }) {
      if (!state.organizations.get(seed.organizationId))
        throw new Error(`There is no organization ${seed.organizationId}`);
      const entity = state.entity<'directory'>('directory');
      const directory = directories.insert({
        ...entity,
        organizationId: seed.organizationId,
        name: seed.name ?? seed.identityProvider,
        type,
        identityProvider: seed.identityProvider,
        status,
        vendorStatus,
        userCount: 0,
        groupCount: 0,
        scimEndpoint: `${state.origin}/scim/${entity.vendorId}`,
        lastSyncedAt: null,
      });
      if (status === 'active') {
        recordEvent(state, {
          type: 'directory.activated',
          subject: `directory:${directory.vendorId}`,
          organizationId: directory.organizationId,
          data: { directory },
        });
      }
      return directory;
    },
    setDirectoryStatus(id, status) {
      required(directories.get(id), id);
      return setDirectoryStatus(state, id, status);
    },
    hire(directoryId, person) {
      const { organizationId } = required(directories.get(directoryId), directoryId);
      const user = users.insert({
        ...state.entity<'directory_user'>('directory_user'),
        directoryId,
        organizationId,
        idpId: person.id,
        groups: [],
        ...fieldsOf(person),
      });
      people.set(user.id, person);
      tellOfUser('directory.user.created', user);
      return user;
    },
    changePerson(id, changes) {
      const person = { ...required(people.get(id), id), ...changes };
      people.set(id, person);
      const user = users.update(id, { ...fieldsOf(person), updatedAt: state.timestamp() })!;
      tellOfUser('directory.user.updated', user);
      return user;
    },
    deletePerson(id) {
      const user = required(users.get(id), id);
      users.delete(id);
      people.delete(id);
      recordEvent(state, {
        type: 'directory.user.deleted',
        subject: subjectOf(user),
        organizationId: user.organizationId,
        data: { user, meaning: 'deleted' },
      });
    },
    createGroup(directoryId, name) {
      const { organizationId } = required(directories.get(directoryId), directoryId);
      const entity = state.entity<'directory_group'>('directory_group');
      const group = groups.insert({ ...entity, directoryId, organizationId, idpId: entity.vendorId, name });
      tellOfGroup('directory.group.created', group);
      return group;
    },
    renameGroup(id, name) {
      required(groups.get(id), id);
      const group = groups.update(id, { name, updatedAt: state.timestamp() })!;
      for (const member of membersOf(id)) {
        users.update(member.id, {
          groups: member.groups!.map((each) => (each.id === id ? { id, name } : each)),
        });
      }
      tellOfGroup('directory.group.updated', group);
      return group;
    },
    deleteGroup(id) {
      const group = required(groups.get(id), id);
      for (const member of membersOf(id)) setGroups('directory.group.user_removed', group, member.id);
      groups.delete(id);
      tellOfGroup('directory.group.deleted', group);
    },
    addMember: (groupId, userId) =>
      setGroups('directory.group.user_added', required(groups.get(groupId), groupId), userId),
    removeMember: (groupId, userId) =>
      setGroups('directory.group.user_removed', required(groups.get(groupId), groupId), userId),
  };
}

function required<T>(found: T | undefined, id: string): T {
  if (found === undefined) throw new Error(`There is no ${id}`);
  return found;
}

function subjectOf({ vendorId }: DirectoryUser): string {
  return `directory_user:${vendorId}`;
}

function fieldsOf(person: MemoryPerson) {
  const { firstName = null, lastName = null, status = 'active', vendorStatus = status } = person;
  return {
    email: person.email ?? null,
    username: person.username ?? person.email ?? null,
    firstName,
    lastName,
    name: [firstName, lastName].filter(Boolean).join(' ') || null,
    status,
    vendorStatus,
    jobTitle: person.jobTitle ?? null,
    phoneNumber: person.phoneNumber ?? null,
    address: person.address
      ? {
          formatted: null,
          street: null,
          locality: null,
          region: null,
          postalCode: null,
          country: null,
          ...person.address,
        }
      : null,
    roles: [...(person.roles ?? [])],
    attributes: { ...person.attributes },
  };
}
