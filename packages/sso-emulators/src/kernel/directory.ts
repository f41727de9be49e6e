import { isDeepStrictEqual } from 'node:util';
import { Collection } from './collection.js';
import type {
  DirectoryAddress,
  DirectoryEmail,
  DirectoryProfile,
  SeedDirectoryGroup,
  SeedDirectoryUser,
} from './directory-seed.js';
import { defined, InvalidInputError } from './parse.js';

/** What a directory says about a person; replaced as a whole, never changed in place. */
export interface DirectoryUserFields extends DirectoryProfile {
  /** The identity provider's id (SCIM `externalId`); some clients send none. */
  readonly idpId: string | null;
  /** Unique in the directory, whatever the case. */
  readonly userName: string;
  readonly active: boolean;
  readonly emails: readonly DirectoryEmail[];
  readonly address?: DirectoryAddress;
  readonly customAttributes: Readonly<Record<string, unknown>>;
  readonly vendorFields?: Readonly<Record<string, unknown>>;
  readonly omitFields?: readonly string[];
}

export interface DirectoryUser extends DirectoryUserFields {
  /** The vendor's id. */
  readonly id: string;
  readonly createdAt: Date;
  /** Does not move when memberships change. */
  readonly updatedAt: Date;
}

export interface DirectoryGroupFields {
  /** The identity provider's id; some clients send none. */
  readonly idpId: string | null;
  readonly name: string;
  readonly vendorFields?: Readonly<Record<string, unknown>>;
  readonly omitFields?: readonly string[];
}

export interface DirectoryGroup extends DirectoryGroupFields {
  /** The vendor's id. */
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One change of a directory, told after it was made. */
export type DirectoryChange =
  | { readonly kind: 'user_created'; readonly user: DirectoryUser }
  | { readonly kind: 'user_updated'; readonly user: DirectoryUser; readonly previous: DirectoryUser }
  /** `groups` are those the user was in; no `member_removed` is told. */
  | {
      readonly kind: 'user_deleted';
      readonly user: DirectoryUser;
      readonly groups: readonly DirectoryGroup[];
    }
  | { readonly kind: 'group_created'; readonly group: DirectoryGroup }
  | { readonly kind: 'group_updated'; readonly group: DirectoryGroup; readonly previous: DirectoryGroup }
  /** `members` are those it had; no `member_removed` is told. */
  | {
      readonly kind: 'group_deleted';
      readonly group: DirectoryGroup;
      readonly members: readonly DirectoryUser[];
    }
  | { readonly kind: 'member_added'; readonly group: DirectoryGroup; readonly user: DirectoryUser }
  | { readonly kind: 'member_removed'; readonly group: DirectoryGroup; readonly user: DirectoryUser };

export interface DirectoryContentsOptions {
  readonly now: () => Date;
  readonly newUserId: () => string;
  readonly newGroupId: () => string;
  readonly changed: (change: DirectoryChange) => void;
  /** A user who becomes inactive is deleted: coming back means a new id. */
  readonly deletesInactive?: boolean;
}

/** Users, groups and memberships of one directory. Every method reports what really changed to one listener. */
export class DirectoryContents {
  /** In order of creation. */
  readonly users = new Collection<DirectoryUser>();
  readonly groups = new Collection<DirectoryGroup>();
  readonly #options: DirectoryContentsOptions;
  readonly #userIdByName = new Map<string, string>();
  readonly #userIdByIdpId = new Map<string, string>();
  readonly #userIdsByGroup = new Map<string, Set<string>>();
  readonly #groupIdsByUser = new Map<string, Set<string>>();

  constructor(options: DirectoryContentsOptions) {
    this.#options = options;
  }

  /** By the vendor's id or else the identity provider's. */
  user(id: string): DirectoryUser | undefined {
    return this.users.get(id) ?? this.users.get(this.#userIdByIdpId.get(id) ?? '');
  }

  userByName(userName: string): DirectoryUser | undefined {
    return this.users.get(this.#userIdByName.get(userName.toLowerCase()) ?? '');
  }

  /** By the vendor's id or else the identity provider's. */
  group(id: string): DirectoryGroup | undefined {
    return this.groups.get(id) ?? this.groups.slice(0).find((group) => group.idpId === id);
  }

  groupByName(name: string): DirectoryGroup | undefined {
    return this.groups.slice(0).find((group) => group.name === name);
  }

  groupsOf(userId: string): DirectoryGroup[] {
    return present([...(this.#groupIdsByUser.get(userId) ?? [])], this.groups);
  }

  membersOf(groupId: string): DirectoryUser[] {
    return present([...(this.#userIdsByGroup.get(groupId) ?? [])], this.users);
  }

  memberCount(groupId: string): number {
    return this.#userIdsByGroup.get(groupId)?.size ?? 0;
  }

  isMember(groupId: string, userId: string): boolean {
    return this.#userIdsByGroup.get(groupId)?.has(userId) ?? false;
  }

  /** @throws InvalidInputError when the user name is taken. */
  createUser(given: DirectoryUserFields): DirectoryUser {
    this.#claimName(given.userName);
    const now = this.#options.now();
    const user = this.users.add({ ...given, id: this.#options.newUserId(), createdAt: now, updatedAt: now });
    this.#indexUser(user);
    this.#options.changed({ kind: 'user_created', user });
    return user;
  }

  /**
   * Everything about the user is as given from now on; equal fields change and report nothing.
   *
   * @throws InvalidInputError when the user name is another user's.
   */
  replaceUser(previous: DirectoryUser, given: DirectoryUserFields): DirectoryUser {
    const { id, createdAt, updatedAt } = previous;
    if (isDeepStrictEqual({ ...given, id, createdAt, updatedAt }, previous)) return previous;
    this.#claimName(given.userName, id);
    const user: DirectoryUser = { ...given, id, createdAt, updatedAt: this.#options.now() };
    if (this.#options.deletesInactive && previous.active && !user.active) {
      this.deleteUser(previous);
      return user;
    }
    this.#unindexUser(previous);
    this.users.replace(user);
    this.#indexUser(user);
    this.#options.changed({ kind: 'user_updated', user, previous });
    return user;
  }

  updateUser(user: DirectoryUser, changes: Partial<DirectoryUserFields>): DirectoryUser {
    const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...current } = user;
    return this.replaceUser(user, { ...current, ...changes });
  }

  deleteUser(user: DirectoryUser): void {
    const groups = this.groupsOf(user.id);
    for (const { id } of groups) this.#userIdsByGroup.get(id)?.delete(user.id);
    this.#groupIdsByUser.delete(user.id);
    this.#unindexUser(user);
    this.users.delete(user.id);
    this.#options.changed({ kind: 'user_deleted', user, groups });
  }

  createGroup(given: DirectoryGroupFields): DirectoryGroup {
    const now = this.#options.now();
    const id = this.#options.newGroupId();
    const group = this.groups.add({ ...given, id, createdAt: now, updatedAt: now });
    this.#userIdsByGroup.set(id, new Set());
    this.#options.changed({ kind: 'group_created', group });
    return group;
  }

  updateGroup(previous: DirectoryGroup, changes: Partial<DirectoryGroupFields>): DirectoryGroup {
    const group = { ...previous, ...changes, updatedAt: this.#options.now() };
    if (isDeepStrictEqual({ ...group, updatedAt: previous.updatedAt }, previous)) return previous;
    this.groups.replace(group);
    this.#options.changed({ kind: 'group_updated', group, previous });
    return group;
  }

  deleteGroup(group: DirectoryGroup): void {
    const members = this.membersOf(group.id);
    for (const { id } of members) this.#groupIdsByUser.get(id)?.delete(group.id);
    this.#userIdsByGroup.delete(group.id);
    this.groups.delete(group.id);
    this.#options.changed({ kind: 'group_deleted', group, members });
  }

  addMember(group: DirectoryGroup, user: DirectoryUser): void {
    const members = this.#userIdsByGroup.get(group.id);
    if (!members || members.has(user.id)) return;
    members.add(user.id);
    const groups = this.#groupIdsByUser.get(user.id) ?? new Set();
    this.#groupIdsByUser.set(user.id, groups.add(group.id));
    this.#options.changed({ kind: 'member_added', group, user });
  }

  removeMember(group: DirectoryGroup, user: DirectoryUser): void {
    if (!this.#userIdsByGroup.get(group.id)?.delete(user.id)) return;
    this.#groupIdsByUser.get(user.id)?.delete(group.id);
    this.#options.changed({ kind: 'member_removed', group, user });
  }

  /** Removes whoever is not listed and adds the rest. */
  setMembers(group: DirectoryGroup, members: readonly DirectoryUser[]): void {
    const wanted = new Set(members.map(({ id }) => id));
    for (const member of this.membersOf(group.id)) {
      if (!wanted.has(member.id)) this.removeMember(group, member);
    }
    for (const member of members) this.addMember(group, member);
  }

  /** Moves `updatedAt`, for vendors that do so on changes of memberships. Nothing is reported. */
  touch(user: DirectoryUser): DirectoryUser {
    const touched = { ...user, updatedAt: this.#options.now() };
    this.users.replace(touched);
    return touched;
  }

  /** Adds users, then groups, then memberships: the order of a first sync. */
  fill(
    {
      users = [],
      groups = [],
    }: { readonly users?: readonly SeedDirectoryUser[]; readonly groups?: readonly SeedDirectoryGroup[] },
    place = 'directory',
  ): void {
    const created = users.map((user, index) => {
      if (this.userByName(seededUserName(user))) {
        throw new InvalidInputError(
          `${place}.users[${index}]`,
          `has a user name that is taken (${seededUserName(user)})`,
        );
      }
      return this.createUser(seededUser(user));
    });
    const groupsByName = new Map<string, DirectoryGroup>();
    for (const group of groups) groupsByName.set(group.name, this.createGroup(seededGroup(group)));
    for (const name of users.flatMap((user) => user.groups ?? [])) {
      if (!groupsByName.has(name)) groupsByName.set(name, this.createGroup(seededGroup({ name })));
    }
    groups.forEach(({ name, members = [] }, index) => {
      const group = groupsByName.get(name);
      for (const user of this.usersNamed(members, `${place}.groups[${index}].members`)) {
        if (group) this.addMember(group, user);
      }
    });
    users.forEach((user, index) => {
      for (const name of user.groups ?? []) {
        const group = groupsByName.get(name);
        const member = created[index];
        if (group && member) this.addMember(group, member);
      }
    });
  }

  /** The users with these ids. @throws InvalidInputError naming `place` for one there is not. */
  usersNamed(ids: readonly string[], place: string): DirectoryUser[] {
    return ids.map((id, index) => {
      const user = this.user(id);
      if (!user) throw new InvalidInputError(`${place}[${index}]`, `names no user of the directory (${id})`);
      return user;
    });
  }

  #claimName(userName: string, owner?: string): void {
    const holder = this.#userIdByName.get(userName.toLowerCase());
    if (holder !== undefined && holder !== owner) {
      throw new InvalidInputError('user.userName', `is taken (${userName})`);
    }
  }

  #indexUser({ id, idpId, userName }: DirectoryUser): void {
    this.#userIdByName.set(userName.toLowerCase(), id);
    if (idpId !== null) this.#userIdByIdpId.set(idpId, id);
  }

  #unindexUser({ idpId, userName }: DirectoryUser): void {
    this.#userIdByName.delete(userName.toLowerCase());
    if (idpId !== null) this.#userIdByIdpId.delete(idpId);
  }
}

/** The primary address, or else the first. */
export function primaryEmail({ emails }: Pick<DirectoryUser, 'emails'>): string | null {
  return (emails.find(({ primary }) => primary) ?? emails[0])?.value ?? null;
}

/** Given names and family names, or the display name. */
export function fullName(user: DirectoryProfile): string | null {
  return [user.firstName, user.lastName].filter(Boolean).join(' ') || user.displayName || null;
}

function seededUserName({ id, userName, email, emails }: SeedDirectoryUser): string {
  return userName ?? email ?? emails?.[0]?.value ?? id;
}

/** A seeded user as directories keep it. */
export function seededUser(seed: SeedDirectoryUser): DirectoryUserFields {
  return {
    idpId: seed.id,
    userName: seededUserName(seed),
    active: true,
    emails: [],
    customAttributes: {},
    ...seededUserChanges(seed),
  };
}

/** What a seed's fields change in a user; memberships aside. */
export function seededUserChanges(seed: Partial<SeedDirectoryUser>): Partial<DirectoryUserFields> {
  const { id, email, emails, attributes, groups: _groups, ...rest } = seed;
  return defined({
    ...rest,
    idpId: id,
    emails: emails ?? (email === undefined ? undefined : [{ primary: true, type: 'work', value: email }]),
    customAttributes: attributes,
  });
}

export function seededGroup(seed: SeedDirectoryGroup): DirectoryGroupFields {
  return { idpId: null, name: seed.name, ...seededGroupChanges(seed) };
}

export function seededGroupChanges({
  id,
  members: _members,
  ...rest
}: Partial<SeedDirectoryGroup>): Partial<DirectoryGroupFields> {
  return defined({ ...rest, idpId: id });
}

function present<T extends { readonly id: string }>(ids: readonly string[], collection: Collection<T>): T[] {
  return ids.flatMap((id) => collection.get(id) ?? []);
}
