import { Collection } from '../kernel/collection.js';
import { type DirectoryChange, DirectoryContents } from '../kernel/directory.js';
import type { DirectoryChanges, SeedDirectory } from '../kernel/directory-seed.js';
import { InvalidInputError, oneOf } from '../kernel/parse.js';
import type { IdentityProvider } from '../kernel/seed.js';
import {
  directoryData,
  directoryGroupObject,
  directoryUserData,
  previousAttributes,
} from './directory-objects.js';
import type { EventStream } from './event-stream.js';
import { externalKey } from './ids.js';
import { type Directory, directoryStates, type Organization } from './objects.js';

const types: Readonly<Record<IdentityProvider, string>> = {
  okta: 'okta scim v2.0',
  'entra-id': 'azure scim v2.0',
  google: 'gsuite directory',
  onelogin: 'onelogin scim v2.0',
  jumpcloud: 'jump cloud scim v2.0',
  ping: 'pingfederate scim v2.0',
  generic: 'generic scim v2.0',
};

export interface DirectoryStateParts {
  readonly events: EventStream;
  readonly now: () => Date;
  readonly newId: (prefix: string) => string;
  readonly newToken: () => string;
  readonly organization: (id: string) => Organization | undefined;
  /** Environments made after 2023-10-19 delete users who become inactive. [D] */
  readonly deletesInactive: boolean;
}

/** The environment's directories, and the events of what happens in them. */
export class DirectoryState {
  readonly all = new Collection<Directory>();
  readonly #parts: DirectoryStateParts;
  readonly #idByExternalKey = new Map<string, string>();

  constructor(parts: DirectoryStateParts) {
    this.#parts = parts;
  }

  create(organizationId: string, given: SeedDirectory, place = 'directory'): Directory {
    const { now, newId, newToken, deletesInactive } = this.#parts;
    const id = newId('directory');
    const at = now().toISOString();
    const directory: Directory = {
      id,
      organizationId,
      externalKey: externalKey(id),
      token: newToken(),
      name: given.name ?? 'Directory',
      type: given.type ?? types[given.identityProvider],
      state: 'linked',
      contents: new DirectoryContents({
        now,
        newUserId: () => newId('directory_user'),
        newGroupId: () => newId('directory_group'),
        deletesInactive,
        changed: (change) => this.#emitChange(directory, change),
      }),
      createdAt: at,
      updatedAt: at,
    };
    this.#apply(directory, given, place);
    this.all.add(directory);
    this.#idByExternalKey.set(directory.externalKey, id);
    if (directory.state === 'linked') this.#emitActivated(directory);
    directory.contents.fill(given, place);
    return directory;
  }

  update(directory: Directory, changes: DirectoryChanges): void {
    const before = directory.state;
    this.#apply(directory, changes, 'directory');
    if (changes.identityProvider !== undefined) directory.type = types[changes.identityProvider];
    if (changes.type !== undefined) directory.type = changes.type;
    directory.updatedAt = this.#parts.now().toISOString();
    if (directory.state === 'linked' && before !== 'linked') this.#emitActivated(directory);
  }

  /** Users and groups go with it, and no event tells of them. [D] */
  delete(directory: Directory): void {
    const data = directoryData(directory, this.#parts.organization(directory.organizationId));
    const { external_key: _externalKey, domains: _domains, ...rest } = { ...data } as Record<string, unknown>;
    this.all.delete(directory.id);
    this.#idByExternalKey.delete(directory.externalKey);
    this.#parts.events.emit('dsync.deleted', directory.organizationId, rest);
  }

  of(organizationId: string): Directory[] {
    return this.all.slice(0).filter((directory) => directory.organizationId === organizationId);
  }

  byExternalKey(key: string): Directory | undefined {
    return this.all.get(this.#idByExternalKey.get(key) ?? '');
  }

  /** The directory that has this user, or this group. */
  holding(kind: 'users' | 'groups', id: string): Directory | undefined {
    return this.all.slice(0).find((directory) => directory.contents[kind].get(id) !== undefined);
  }

  /** As the control API shows it. */
  toJSON(): object[] {
    return this.all.slice(0).map(({ contents, ...rest }) => ({
      ...rest,
      users: contents.users.slice(0),
      groups: contents.groups
        .slice(0)
        .map((group) => ({ ...group, members: contents.membersOf(group.id).map(({ id }) => id) })),
    }));
  }

  clear(): void {
    this.all.clear();
    this.#idByExternalKey.clear();
  }

  #apply(directory: Directory, given: DirectoryChanges, place: string): void {
    if (given.enabled !== undefined) {
      throw new InvalidInputError(`${place}.enabled`, 'does not exist at WorkOS: use state');
    }
    if (given.state !== undefined) directory.state = oneOf(directoryStates, given.state, `${place}.state`);
    if (given.name !== undefined) directory.name = given.name;
    if (given.vendorFields !== undefined) directory.vendorFields = given.vendorFields;
    if (given.omitFields !== undefined) directory.omitFields = given.omitFields;
  }

  #emitActivated(directory: Directory): void {
    const { events, organization } = this.#parts;
    const data = directoryData(directory, organization(directory.organizationId));
    events.emit('dsync.activated', directory.organizationId, data);
  }

  #emitChange(directory: Directory, change: DirectoryChange): void {
    if (this.#parts.events.isSilent) return;
    const emit = (event: string, data: object): void => {
      this.#parts.events.emit(event, directory.organizationId, data);
    };
    switch (change.kind) {
      case 'user_created':
        return emit('dsync.user.created', directoryUserData(directory, change.user));
      case 'user_updated': {
        const data = directoryUserData(directory, change.user);
        const previous = previousAttributes(directoryUserData(directory, change.previous), data);
        if (previous) emit('dsync.user.updated', { ...data, previous_attributes: previous });
        return;
      }
      case 'user_deleted':
        return emit('dsync.user.deleted', directoryUserData(directory, change.user));
      case 'group_created':
        return emit('dsync.group.created', directoryGroupObject(directory, change.group));
      case 'group_updated': {
        const data = directoryGroupObject(directory, change.group);
        const previous = previousAttributes(directoryGroupObject(directory, change.previous), data);
        if (previous) emit('dsync.group.updated', { ...data, previous_attributes: previous });
        return;
      }
      case 'group_deleted':
        return emit('dsync.group.deleted', directoryGroupObject(directory, change.group));
      case 'member_added':
      case 'member_removed':
        return emit(change.kind === 'member_added' ? 'dsync.group.user_added' : 'dsync.group.user_removed', {
          directory_id: directory.id,
          user: directoryUserData(directory, change.user),
          group: directoryGroupObject(directory, change.group),
        });
    }
  }
}
