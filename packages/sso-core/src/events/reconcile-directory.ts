import { isDeepStrictEqual } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { requireProviderFacet } from '../client/call.js';
import { SsoError } from '../errors.js';
import type { Directory, DirectoryGroup, DirectoryUser } from '../model/directory.js';
import type { SsoEvent } from '../model/event.js';
import type { DirectoryId, OrganizationId } from '../model/ids.js';
import type { Page, PageRequest } from '../provider/page.js';
import type { SsoProvider } from '../provider/provider.js';
import { describeEvent, orderOf } from './describe-event.js';
import type { EventStore, SubjectQuery, SubjectState } from './event-store.js';

export interface ReconcileDirectory {
  readonly provider: SsoProvider;
  /** The inbox's store. */
  readonly store: EventStore;
  readonly organizationId: OrganizationId;
  readonly directoryId: DirectoryId;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch; must agree with the vendor's clock. Default `Date.now`. */
  readonly now?: () => number;
}

export interface Reconciliation {
  /** Listed at the vendor. */
  readonly users: number;
  readonly groups: number;
  /** Events that were missing and are now in the inbox. */
  readonly appended: number;
}

/** Events or subjects read or written at a time. */
const batchSize = 500;

/**
 * Compares a directory as the vendor lists it with what the inbox knows, and appends the events that would have led there. They take
 * the inbox's own path, so that order, derived memberships and the guard apply. Throws `failed_precondition` and stores nothing
 * when the listing cannot be trusted to be whole: it fails, the directory is not active, there are fewer users or groups than the vendor
 * counts, or none while some are known.
 */
export async function reconcileDirectory(options: ReconcileDirectory): Promise<Reconciliation> {
  const { provider, store, organizationId, directoryId, signal, now = Date.now } = options;
  const operation = 'directories.reconcile';
  const facet = requireProviderFacet(provider, 'directories', operation);
  const source = { provider: provider.id, environment: provider.environment };
  const ref = { organizationId, directoryId };
  const context = { operation, signal };
  const occurredAt = new Date(now()).toISOString();
  const startOrder = orderOf({ occurredAt, id: '' });
  const missing = createSpool();
  const siblings: DirectoryId[] = [];

  function untrusted(message: string, cause?: unknown): SsoError {
    return new SsoError({
      code: 'failed_precondition',
      message: `${directoryId} was not reconciled: ${message}`,
      provider: provider.id,
      operation,
      retryable: SsoError.isInstance(cause) && cause.retryable,
      cause,
    });
  }

  async function ask<T>(request: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      signal?.throwIfAborted();
      const told = SsoError.isInstance(error) ? error : null;
      if (told?.code === 'not_found') throw untrusted('the vendor has no such directory', error);
      throw untrusted(`the vendor did not answer${told ? `: ${told.message}` : ''}`, error);
    }
  }

  async function* listed<T>(load: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
    let cursor: string | null = null;
    do {
      const page: Page<T> = await ask(() => load({ cursor }));
      if (page.nextCursor !== null && page.nextCursor === cursor)
        throw untrusted('the vendor answered the same cursor twice');
      yield page.items;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /** Living subjects the inbox knows in this directory, except those heard of since the listing began. */
  async function* known(kind: SubjectQuery['kind']) {
    let after: string | null = null;
    for (;;) {
      const page = await store.listSubjects(source, { kind, scope: organizationId, limit: batchSize, after });
      for (const { state } of page) {
        // Some vendors' events do not tell the directory: with just one there is no question.
        const isHere =
          state.directoryId === directoryId || (state.directoryId === null && siblings.length === 1);
        if (isHere && !isNewer(state, startOrder)) yield state.snapshot;
      }
      if (page.length < batchSize) return;
      after = page.at(-1)!.subject;
    }
  }

  async function isAnyMissing(kind: SubjectQuery['kind'], listedIds: ReadonlySet<string>): Promise<boolean> {
    for await (const snapshot of known(kind)) {
      if (!listedIds.has((snapshot as DirectoryUser | DirectoryGroup).id)) return true;
    }
    return false;
  }

  function miss(happening: Pick<SsoEvent, 'type' | 'subject' | 'data'>, id = happening.subject): void {
    missing.add({
      id: `reconcile:${occurredAt}:${id}`,
      ...source,
      occurredAt,
      organizationId,
      ...happening,
    } as SsoEvent);
  }

  async function compareUser(user: DirectoryUser): Promise<void> {
    const subject = `directory_user:${user.vendorId}`;
    const state = await store.subject(source, subject);
    if (state && isNewer(state, startOrder)) return;
    if (isAsListed(state, user) && (await isInListedGroups(user))) return;
    const type = state && !state.deleted ? 'directory.user.updated' : 'directory.user.created';
    miss({ type, subject, data: { user, previous: null } });
  }

  async function isInListedGroups({ id, groups }: DirectoryUser): Promise<boolean> {
    if (!groups) return true;
    const memberships = (await store.groupsOfUser(source, id)).filter(({ member }) => member);
    const listedIds = new Set<string>(groups.map((group) => group.id));
    return (
      memberships.length === listedIds.size && memberships.every(({ groupId }) => listedIds.has(groupId))
    );
  }

  async function compareGroup(group: DirectoryGroup): Promise<void> {
    const subject = `directory_group:${group.vendorId}`;
    const state = await store.subject(source, subject);
    if (state && isNewer(state, startOrder)) return;
    if (isAsListed(state, group)) return;
    const type = state && !state.deleted ? 'directory.group.updated' : 'directory.group.created';
    miss({ type, subject, data: { group, previous: null } });
  }

  async function compareMembers({ id, vendorId, name }: DirectoryGroup): Promise<void> {
    const group = { id, vendorId, directoryId, name };
    const pairs = new Map((await store.membersOfGroup(source, id)).map((pair) => [pair.userId, pair]));
    const change = (
      type: 'directory.group.user_added' | 'directory.group.user_removed',
      user: DirectoryUser,
    ) => {
      const pair = pairs.get(user.id);
      if (pair && pair.order > startOrder) return;
      const subject = `directory_user:${user.vendorId}`;
      // Longer than the id of the user's own event, and so later at the same instant.
      miss(
        { type, subject, data: { group, user, source: 'derived' } },
        `${subject}:directory_group:${vendorId}`,
      );
    };
    const members = new Set<string>();
    for await (const users of listed((page) => facet.listUsersPage({ ...ref, groupId: id }, page, context))) {
      for (const user of users) {
        members.add(user.id);
        if (!pairs.get(user.id)?.member) change('directory.group.user_added', user);
      }
    }
    for (const { userId, member } of pairs.values()) {
      if (!member || members.has(userId)) continue;
      const state = await store.subject(source, `directory_user:${userId.slice(provider.id.length + 1)}`);
      // Whoever was never heard of is created by this run, and leaves the group in the next.
      if (state?.snapshot) change('directory.group.user_removed', state.snapshot as DirectoryUser);
    }
  }

  async function activeDirectory(): Promise<Directory> {
    const directory = await ask(() => facet.get(ref, context));
    if (directory.status === 'active') return directory;
    throw untrusted(`it is ${directory.status}`);
  }

  const before = await activeDirectory();
  for await (const directories of listed((page) => facet.listPage({ organizationId }, page, context)))
    siblings.push(...directories.map(({ id }) => id));

  const userIds = new Set<string>();
  async function readUsers(): Promise<void> {
    for await (const users of listed((page) => facet.listUsersPage(ref, page, context))) {
      const news = users.filter(({ id }) => !userIds.has(id));
      for (const { id } of news) userIds.add(id);
      await Promise.all(news.map(compareUser));
    }
  }
  const groupIds = new Set<string>();
  async function readGroups(): Promise<void> {
    for await (const groups of listed((page) => facet.listGroupsPage(ref, page, context))) {
      for (const group of groups) {
        if (groupIds.has(group.id)) continue;
        groupIds.add(group.id);
        await compareGroup(group);
        if (!facet.features.userGroups) await compareMembers(group);
      }
    }
  }
  await readUsers();
  await readGroups();
  // Pages by number skip somebody when others go meanwhile: nobody is missing before a second look.
  if (await isAnyMissing('directory_user', userIds)) await readUsers();
  if (await isAnyMissing('directory_group', groupIds)) await readGroups();

  const after = await activeDirectory();
  for (const [what, found, counted] of [
    ['users', userIds.size, leastOf(before.userCount, after.userCount)],
    ['groups', groupIds.size, leastOf(before.groupCount, after.groupCount)],
  ] as const) {
    if (found < counted) throw untrusted(`${found} ${what} were listed, but the vendor counts ${counted}`);
  }

  for await (const snapshot of known('directory_user')) {
    const user = snapshot as DirectoryUser;
    if (userIds.size === 0) throw untrusted('no user was listed, but some are known');
    if (userIds.has(user.id)) continue;
    // Whether they were deleted or deactivated, a listing does not tell.
    miss({
      type: 'directory.user.deleted',
      subject: `directory_user:${user.vendorId}`,
      data: { user, meaning: 'deleted_or_deactivated' },
    });
  }
  for await (const snapshot of known('directory_group')) {
    const group = snapshot as DirectoryGroup;
    if (groupIds.has(group.id)) continue;
    if (groupIds.size === 0 && after.groupCount !== 0)
      throw untrusted('no group was listed, but some are known');
    miss({
      type: 'directory.group.deleted',
      subject: `directory_group:${group.vendorId}`,
      data: { group, previous: null },
    });
  }

  let appended = 0;
  for (const events of missing.batches())
    appended += await store.append(
      events.map((event) => describeEvent(event)),
      now(),
    );
  return { users: userIds.size, groups: groupIds.size, appended };
}

function isNewer({ order, deletedOrder }: SubjectState, than: string): boolean {
  return [order, deletedOrder].some((known) => known !== null && known > than);
}

/** Whether the listing tells nothing new. Times of change and the vendor's words are no news. */
function isAsListed(state: SubjectState | null, listed: DirectoryUser | DirectoryGroup): boolean {
  if (!state || state.deleted || state.directoryId !== listed.directoryId) return false;
  return isDeepStrictEqual(comparable(state.snapshot as object), comparable(listed));
}

function comparable(entity: object): object {
  const ignored = { directoryId: 0, groups: 0, vendorStatus: 0, createdAt: 0, updatedAt: 0 };
  return { ...entity, ...ignored };
}

function leastOf(...counts: readonly (number | null)[]): number {
  return Math.min(...counts.map((count) => count ?? 0));
}

/**
 * Keeps events until the listing has proved whole: nothing may be stored before, and the first run of a large directory misses everybody.
 * Compressed, that is some hundred bytes a person.
 */
function createSpool() {
  const full: Buffer[] = [];
  let open: SsoEvent[] = [];
  return {
    add(event: SsoEvent): void {
      open.push(event);
      if (open.length < batchSize) return;
      full.push(deflateRawSync(JSON.stringify(open), { level: 1 }));
      open = [];
    },
    *batches(): Generator<readonly SsoEvent[]> {
      for (const batch of full) yield JSON.parse(inflateRawSync(batch).toString()) as SsoEvent[];
      if (open.length > 0) yield open;
    },
  };
}
