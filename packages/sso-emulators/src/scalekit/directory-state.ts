import { Collection } from '../kernel/collection.js';
import { type DirectoryChange, DirectoryContents, type DirectoryUser } from '../kernel/directory.js';
import type { DirectoryChanges, SeedDirectory } from '../kernel/directory-seed.js';
import type { IdentityProvider } from '../kernel/seed.js';
import {
  deletedDirectoryGroupData,
  deletedDirectoryUserData,
  directoryData,
  directoryGroupData,
  directoryUserData,
} from './event-data.js';
import type { EventType } from './event-catalogue.js';
import type { Directory, DirectoryFields, DirectorySecret, Organization, RoleAssignment } from './objects.js';
import { type ScalekitState, timestamp } from './state.js';

const secretLifetime = 365 * 24 * 60 * 60 * 1000;

const providerByIdentityProvider = {
  okta: 'OKTA',
  'entra-id': 'MICROSOFT_AD',
  google: 'GOOGLE',
  onelogin: 'ONELOGIN',
  jumpcloud: 'JUMPCLOUD',
  ping: 'PING_IDENTITY',
  // The enum has no name for other providers: its zero value [P].
  generic: 'DIRECTORY_PROVIDER_UNSPECIFIED',
} as const;

const nameByProvider: Readonly<Record<string, string>> = {
  OKTA: 'Okta',
  GOOGLE: 'Google',
  MICROSOFT_AD: 'Azure AD',
  AUTH0: 'Auth0',
  ONELOGIN: 'OneLogin',
  JUMPCLOUD: 'JumpCloud',
  PING_IDENTITY: 'Ping Identity',
};

/** The directories of an environment. What changes in an enabled one is told as events. */
export class Directories {
  readonly all = new Collection<Directory>();
  readonly #of = new Map<string, readonly Directory[]>();
  readonly #state: ScalekitState;

  constructor(state: ScalekitState) {
    this.#state = state;
  }

  clear(): void {
    this.all.clear();
    this.#of.clear();
  }

  /** In order of creation; clients take the first for the primary one. */
  of(organizationId: string): readonly Directory[] {
    return this.#of.get(organizationId) ?? [];
  }

  /** Enabled from the start [T]. */
  create({ id: organizationId }: Organization, fields: DirectoryFields): Directory {
    const provider = fields.directory_provider ?? 'DIRECTORY_PROVIDER_UNSPECIFIED';
    const directory: Directory = {
      id: this.#state.id('dir'),
      organization_id: organizationId,
      name: nameByProvider[provider] ?? 'Directory',
      directory_type: 'SCIM',
      directory_provider: provider,
      enabled: false,
      status: 'IN_PROGRESS',
      stats: {},
      role_assignments: [],
      secrets: [],
      updated_at: this.#state.timestamp(),
      contents: new DirectoryContents({
        now: () => new Date(this.#state.now()),
        newUserId: () => this.#state.id('diruser'),
        newGroupId: () => this.#state.id('dirgroup'),
        changed: (change) => this.#changed(directory, change),
      }),
      overrides: {},
      ...fields,
    };
    this.all.add(directory);
    this.#of.set(organizationId, [...this.of(organizationId), directory]);
    this.setEnabled(directory, true);
    return directory;
  }

  update(directory: Directory, fields: DirectoryFields): void {
    Object.assign(directory, fields);
    directory.updated_at = this.#state.timestamp();
  }

  /** Whether anything changed. */
  setEnabled(directory: Directory, enabled: boolean): boolean {
    if (directory.enabled === enabled) return false;
    directory.enabled = enabled;
    directory.updated_at = this.#state.timestamp();
    this.#emit(
      directory,
      enabled ? 'organization.directory_enabled' : 'organization.directory_disabled',
      directoryData(directory),
    );
    return true;
  }

  /** No event tells of it, nor of its users and groups [S]. */
  delete(directory: Directory): void {
    this.all.delete(directory.id);
    const { organization_id: organizationId } = directory;
    this.#of.set(
      organizationId,
      this.of(organizationId).filter((other) => other !== directory),
    );
  }

  assignRoles(directory: Directory, assignments: readonly RoleAssignment[]): void {
    directory.role_assignments = assignments;
    directory.updated_at = this.#state.timestamp();
  }

  /** Polls the identity provider. */
  sync(directory: Directory): void {
    directory.last_synced_at = this.#state.timestamp();
    directory.status = 'COMPLETED';
  }

  createSecret(directory: Directory): DirectorySecret {
    const secret: DirectorySecret = {
      id: this.#state.id('sec'),
      directory_id: directory.id,
      create_time: this.#state.timestamp(),
      expire_time: timestamp(this.#state.now() + secretLifetime),
      plain: this.#state.token('directory secret'),
    };
    directory.secrets = [...directory.secrets, secret];
    return secret;
  }

  /** The secrets before stop working. */
  regenerateSecret(directory: Directory): DirectorySecret {
    for (const secret of directory.secrets) secret.status = 'INACTIVE';
    return this.createSecret(directory);
  }

  /** The newest secret that works, or else a new one. */
  liveSecret(directory: Directory): DirectorySecret {
    return directory.secrets.findLast((secret) => this.#isLive(secret)) ?? this.createSecret(directory);
  }

  /** Whether a SCIM client may come in with this bearer token. */
  useSecret(directory: Directory, token: string): boolean {
    const secret = directory.secrets.find(({ plain }) => plain === token);
    if (!secret || !this.#isLive(secret)) return false;
    secret.last_used_time = this.#state.timestamp();
    directory.status = 'COMPLETED';
    return true;
  }

  #isLive({ status, expire_time: expires }: DirectorySecret): boolean {
    return status !== 'INACTIVE' && Date.parse(expires) > this.#state.now();
  }

  /** As an IT admin does in the portal: it waits for the identity provider's first request. */
  setUp(organization: Organization, identityProvider: IdentityProvider): Directory {
    const directory = this.create(organization, {
      directory_provider: providerByIdentityProvider[identityProvider],
    });
    this.createSecret(directory);
    return directory;
  }

  seed(organization: Organization, seed: SeedDirectory): Directory {
    const directory = this.create(organization, {
      directory_provider: providerByIdentityProvider[seed.identityProvider],
      status: 'COMPLETED',
    });
    this.createSecret(directory);
    this.reseed(directory, seed);
    directory.contents.fill(seed);
    return directory;
  }

  /** What the control API may set directly. */
  reseed(directory: Directory, seed: DirectoryChanges): void {
    if (seed.name !== undefined) directory.name = seed.name;
    if (seed.type !== undefined) directory.directory_type = seed.type;
    if (seed.state !== undefined) directory.status = seed.state;
    if (seed.identityProvider) {
      directory.directory_provider = providerByIdentityProvider[seed.identityProvider];
    }
    const { vendorFields, omitFields } = seed;
    directory.overrides = {
      ...directory.overrides,
      ...(vendorFields && { vendorFields }),
      ...(omitFields && { omitFields }),
    };
    directory.updated_at = this.#state.timestamp();
    if (seed.enabled !== undefined) this.setEnabled(directory, seed.enabled);
  }

  #changed(directory: Directory, change: DirectoryChange): void {
    const now = this.#state.timestamp();
    directory.last_synced_at = now;
    if (change.kind.startsWith('group')) directory.stats.group_updated_at = now;
    else directory.stats.user_updated_at = now;
    for (const user of affectedMembers(change)) directory.contents.touch(user);
    // A first sync of very many users is silent: it must not pay for events nobody gets.
    if (directory.enabled && this.#state.events.isRecording) this.#emitChange(directory, change);
  }

  /** Memberships have no events of their own: they are changes of the user [D]. */
  #emitChange(directory: Directory, change: DirectoryChange): void {
    switch (change.kind) {
      case 'user_created':
      case 'user_updated':
        return this.#emitUser(directory, change.kind, change.user);
      case 'user_deleted':
        return this.#emit(
          directory,
          'organization.directory.user_deleted',
          deletedDirectoryUserData(directory, change.user),
        );
      case 'group_created':
      case 'group_updated':
        return this.#emit(
          directory,
          `organization.directory.${change.kind}`,
          directoryGroupData(directory, change.group),
        );
      case 'group_deleted':
        this.#emit(
          directory,
          'organization.directory.group_deleted',
          deletedDirectoryGroupData(directory, change.group),
        );
        for (const member of change.members) this.#emitUser(directory, 'user_updated', member);
        return;
      case 'member_added':
      case 'member_removed':
        return this.#emitUser(directory, 'user_updated', change.user);
    }
  }

  #emitUser(directory: Directory, kind: 'user_created' | 'user_updated', user: DirectoryUser): void {
    this.#emit(directory, `organization.directory.${kind}`, directoryUserData(directory, user));
  }

  #emit({ organization_id: organizationId }: Directory, type: EventType, data: object): void {
    this.#state.events.emit(type, data, organizationId);
  }
}

/** Users who changed only by what happened to a group of theirs. */
function affectedMembers(change: DirectoryChange): readonly DirectoryUser[] {
  if (change.kind === 'group_deleted') return change.members;
  return change.kind === 'member_added' || change.kind === 'member_removed' ? [change.user] : [];
}
