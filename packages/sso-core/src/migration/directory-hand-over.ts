import { sleep } from '../http/rate-limiter.js';
import { invalidArgument, SsoError } from '../errors.js';
import { describeEvent } from '../events/describe-event.js';
import type { EventSource, EventStore } from '../events/event-store.js';
import { catchUpEvent, isUntold, readCatchUp } from './catch-up.js';
import type { DirectoryEntry, DirectoryStatement } from './directory-entry.js';
import { differences, hasAccess, isPresent } from './directory-statements.js';
import { createDirectoryView } from './directory-view.js';
import { isFollowed, type Migration, type MigrationSide } from './migration.js';
import type { MigrationStore } from './migration-store.js';

export interface DirectoryHandOverOptions {
  readonly store: MigrationStore;
  /** The inbox's. */
  readonly events: EventStore;
  /** Where the events of both providers come from; a provider will do. */
  readonly sources: readonly (EventSource | { readonly id: string; readonly environment: string })[];
  /** Milliseconds since the epoch; must agree with the inbox's. Default `Date.now`. */
  readonly now?: () => number;
}

/** How far the two sides of a customer's directory agree. Numbers of people and groups, without anything about them. */
export interface DirectoryComparison {
  /** Whose events are acted on. */
  readonly acting: MigrationSide;
  readonly people: DirectoryCounts;
  readonly groups: DirectoryCounts;
  /** How often each field differs, such as `email` or `groups`. */
  readonly fields: Readonly<Record<string, number>>;
}

/** What the side that is not acting knows, compared with what the app was told. */
export interface DirectoryCounts {
  /** The app was told of; of people, those who have access. */
  readonly told: number;
  readonly same: number;
  readonly different: number;
  /** Of the different ones: it knows older. Either it has not heard yet, or the identity provider no longer tells it. */
  readonly behind: number;
  /** Of the different ones: it says they are gone or have no access, and the app has them. */
  readonly losing: number;
  /** It never told of them, and the app has them. Those without anything to be matched by are not counted. */
  readonly missing: number;
  /** It has them, and the app does not. */
  readonly extra: number;
  /** The acting side told of them, and the app was not told yet. */
  readonly untold: number;
  /** Of the untold ones: only insisting tells, as it gives access back that was taken later than the acting side heard of. */
  readonly withheld: number;
  /** They have no id at the identity provider, or no name, to be matched by. */
  readonly unmatched: number;
}

/**
 * Moves a customer's directory from one provider to the other without losing or repeating a change. Throws `failed_precondition` before
 * `shadow` and after `committed`.
 */
export interface DirectoryHandOver {
  /**
   * Notes whom the inbox knows from before the move; to be called when it enters `shadow`. Only the first time is long: it waits for what
   * was in hand then, which nobody follows.
   */
  takeStock(tenantId: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Takes stock first. */
  compare(tenantId: string): Promise<DirectoryComparison>;
  /**
   * Puts into the inbox what the acting side said and the app was not told. To be called after the acting side changed; may be repeated,
   * also after a crash. Answers how many events were appended.
   */
  catchUp(
    tenantId: string,
    options?: {
      /** Also tells what gives access back to somebody it was taken from later than the acting side heard of. Default `false`. */
      readonly insist?: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<number>;
  /** Forgets everybody: once a move is over, and while nothing is followed. */
  forget(tenantId: string): Promise<void>;
}

const pageSize = 500;
const settlingLookMs = 50;
const kinds = ['directory_group', 'directory_user'] as const;
const stockStep = (side: MigrationSide) => `directory_stock:${side}`;

export function createDirectoryHandOver({
  store,
  events,
  sources,
  now = Date.now,
}: DirectoryHandOverOptions): DirectoryHandOver {
  async function requireMove(tenantId: string): Promise<Migration> {
    const move = await store.get(tenantId);
    if (!move) throw new SsoError({ code: 'not_found', message: `"${tenantId}" is in no move` });
    if (isFollowed(move)) return move;
    throw new SsoError({
      code: 'failed_precondition',
      message: `The directory of "${tenantId}" is not followed in stage "${move.stage}"`,
    });
  }

  function sourceOf(provider: string): EventSource {
    const all = sources.map((source) => ('id' in source ? { ...source, provider: source.id } : source));
    const found = all.find((source) => source.provider === provider);
    if (!found) throw invalidArgument(`No source of events is given for provider "${provider}"`);
    return { provider, environment: found.environment };
  }

  const isBeingTold = ({ telling }: DirectoryEntry) => telling !== null && telling.until > now();
  const timestamp = () => new Date(now()).toISOString();

  async function* entriesOf(tenantId: string): AsyncGenerator<DirectoryEntry> {
    for (let after: string | null = null; ;) {
      const page: readonly DirectoryEntry[] = await store.entries(tenantId, { limit: pageSize, after });
      yield* page;
      if (page.length < pageSize) return;
      after = page.at(-1)!.id;
    }
  }

  async function takeStockOf(tenantId: string, side: MigrationSide, kind: (typeof kinds)[number]) {
    const { organizations, [side]: provider } = await requireMove(tenantId);
    const source = sourceOf(provider);
    for (let after: string | null = null; ;) {
      const page = await events.listSubjects(source, {
        kind,
        scope: organizations[side]!,
        limit: pageSize,
        after,
      });
      const states = new Map(page.map(({ subject, state }) => [subject, state]));
      const known = {
        subject: async (from: EventSource, subject: string) =>
          states.get(subject) ?? events.subject(from, subject),
        groupsOfUser: events.groupsOfUser.bind(events),
      };
      for (let isWritten = false; !isWritten;) {
        const move = await requireMove(tenantId);
        const view = createDirectoryView({ store, known, move, side, source });
        await view.load(
          page.map(({ subject, state }) => ({ subject, match: null, order: state.createdOrder ?? '' })),
        );
        // Whom the inbox told of meanwhile is there already.
        isWritten = await store.writeEntries(tenantId, move.version, view.changed());
      }
      if (page.length < pageSize) return;
      after = page.at(-1)!.subject;
    }
  }

  /** What a worker began before it could know that this customer is followed becomes known when it is settled. */
  async function settlingOf(source: EventSource, scope: string, signal?: AbortSignal): Promise<void> {
    const inHand = async () => {
      const claims = await events.inHand(source, { scope, now: now() });
      return new Set(claims.map(({ subject, claim }) => `${claim} ${subject}`));
    };
    for (let begun = await inHand(); begun.size > 0;) {
      await sleep(settlingLookMs, signal);
      const still = await inHand();
      begun = new Set([...begun].filter((each) => still.has(each)));
    }
  }

  async function takeStock(
    tenantId: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { organizations, ...providers } = await requireMove(tenantId);
    for (const side of ['from', 'to'] as const) {
      const organization = organizations[side];
      if (organization === null) continue;
      const step = stockStep(side);
      const known = (await store.steps(tenantId)).find((each) => each.step === step);
      if (known?.state === 'done' && known.result === organization) continue;
      const record = (state: 'begun' | 'done') =>
        store.recordStep({ tenantId, step, state, result: organization, at: timestamp() });
      await record('begun');
      await settlingOf(sourceOf(providers[side]), organization, signal);
      for (const kind of kinds) await takeStockOf(tenantId, side, kind);
      await record('done');
    }
  }

  /** Of whom a catch-up is held or quarantined. */
  async function subjectsSetAside(
    source: EventSource,
    organization: string | null,
    insist: boolean,
  ): Promise<ReadonlySet<string>> {
    const subjects = new Set<string>();
    for (const status of ['held', 'quarantined'] as const) {
      let after: string | undefined;
      do {
        const page = await events.list({ status, limit: pageSize, after });
        for (const { event } of page.events) {
          const isHere =
            event.provider === source.provider &&
            event.environment === source.environment &&
            event.organizationId === organization;
          if (isHere && readCatchUp(event)?.insist === insist) subjects.add(event.subject);
        }
        after = page.next ?? undefined;
      } while (after !== undefined);
    }
    return subjects;
  }

  return {
    takeStock,

    async compare(tenantId) {
      await takeStock(tenantId);
      const { acting } = await requireMove(tenantId);
      const counts = { directory_user: noCounts(), directory_group: noCounts() };
      const fields: Record<string, number> = {};
      for await (const entry of entriesOf(tenantId)) {
        const settled = isBeingTold(entry) ? { ...entry, telling: null } : entry;
        for (const field of count(counts[entry.kind], settled, acting))
          fields[field] = (fields[field] ?? 0) + 1;
      }
      return { acting, people: counts.directory_user, groups: counts.directory_group, fields };
    },

    async catchUp(tenantId, { insist = false, signal } = {}) {
      const move = await requireMove(tenantId);
      const side = move.acting;
      const source = sourceOf(move[side]);
      const occurredAt = timestamp();
      const payload = { insist };
      let appended = 0;
      let batch: DirectoryEntry[] = [];

      async function flush(): Promise<void> {
        const found = batch.map((entry) => ({
          ...describeEvent(catchUpEvent(move, source, { side, entry }, { payload, occurredAt })),
          removal: hasAccess(entry.told) && !hasAccess(entry[side]) && ('relayed' as const),
        }));
        batch = [];
        appended += await events.append(found, now());
      }

      const setAside = await subjectsSetAside(source, move.organizations[side], insist);
      for await (const entry of entriesOf(tenantId)) {
        signal?.throwIfAborted();
        // A person looks at it, and decides.
        if (setAside.has(entry[side]?.subject ?? '')) continue;
        // Who is just being told of something is always among them: the event waits for that, and then finds what is left to tell.
        if (isUntold(entry, side, payload)) batch.push(entry);
        if (batch.length >= pageSize) await flush();
      }
      await flush();
      return appended;
    },

    async forget(tenantId) {
      // First, so that a later move of the same customer takes stock anew whatever happens.
      for (const { step, result } of await store.steps(tenantId)) {
        if (step === stockStep('from') || step === stockStep('to'))
          await store.recordStep({ tenantId, step, state: 'begun', result, at: timestamp() });
      }
      await store.removeEntries(tenantId);
    },
  };
}

type Counts = { -readonly [Name in keyof DirectoryCounts]: number };

function noCounts(): Counts {
  return {
    told: 0,
    same: 0,
    different: 0,
    behind: 0,
    losing: 0,
    missing: 0,
    extra: 0,
    untold: 0,
    withheld: 0,
    unmatched: 0,
  };
}

/** Counts an entry, and answers what differs. */
function count(counts: Counts, entry: DirectoryEntry, acting: MigrationSide): string[] {
  const { kind, told, match } = entry;
  const other = entry[acting === 'from' ? 'to' : 'from'];
  const has = (statement: DirectoryStatement | null) =>
    kind === 'directory_user' ? hasAccess(statement) : isPresent(statement);
  if (has(told)) counts.told += 1;
  if (match === null) counts.unmatched += 1;
  if (isUntold(entry, acting, { insist: true })) {
    counts.untold += 1;
    if (!isUntold(entry, acting, { insist: false })) counts.withheld += 1;
  }
  if (other === null || other.entity === null) {
    if (has(told) && match !== null) counts.missing += 1;
    return [];
  }
  const fields = differences(kind, told, other);
  if (fields.length === 0) {
    counts.same += 1;
    return [];
  }
  counts.different += 1;
  if (told !== null && other.order < told.order) counts.behind += 1;
  if (has(told) && !has(other)) counts.losing += 1;
  if (!isPresent(told) && isPresent(other)) counts.extra += 1;
  return fields;
}
