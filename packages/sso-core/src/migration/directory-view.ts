import { createHash, randomUUID } from 'node:crypto';
import { orderOf } from '../events/describe-event.js';
import type { EventSource, EventStore, GroupMember, SubjectState } from '../events/event-store.js';
import { parseQualifiedId } from '../model/ids.js';
import type { DirectoryGroup, DirectoryUser } from '../model/index.js';
import type { DirectoryEntry, DirectoryStatement } from './directory-entry.js';
import {
  isMembership,
  isPresent,
  subjectOf,
  subjectOfGroup,
  type DirectoryEvent,
} from './directory-statements.js';
import type { Migration, MigrationSide } from './migration.js';
import type { MigrationStore } from './migration-store.js';

/** The inbox's knowledge of a side, from before the event in hand. */
export type KnownSubjects = Pick<EventStore, 'subject' | 'groupsOfUser'>;

/** A person or group as one side names it. */
interface Mention {
  readonly subject: string;
  /** What it is matched by, as far as the mention tells. */
  readonly match: string | null;
  /** Of the event that mentions it. */
  readonly order: string;
}

/** A mention of whom no entry of this side is known. */
interface Stranger {
  readonly subject: string;
  /** Under which its counterpart may be known: what it was called before, and is called now. */
  readonly matches: readonly string[];
  readonly order: string;
  readonly state: SubjectState | null;
}

export interface ViewOptions {
  readonly store: MigrationStore;
  readonly known: KnownSubjects;
  readonly move: Migration;
  readonly side: MigrationSide;
  readonly source: EventSource;
  /** Called for somebody whose place is taken by somebody else of this side who is still there. */
  readonly onTaken?: () => void;
}

/** The entries of people and groups one side speaks of, by that side's subjects. Changes are kept until they are written. */
export interface DirectoryView {
  /** Loads what is not there yet. */
  load(mentions: readonly Mention[]): Promise<void>;
  /** Whether the subject is somebody's former one: a later one of theirs is known, and what is told of this one is over. */
  isFormer(subject: string): boolean;
  /** Of a loaded subject that is no former one. */
  entryOf(subject: string): DirectoryEntry;
  /** `null` for a former one. */
  findEntry(subject: string): DirectoryEntry | null;
  change(subject: string, change: Partial<Pick<DirectoryEntry, 'from' | 'to' | 'told' | 'telling'>>): void;
  /** Of what was changed, or is new. */
  changed(): readonly DirectoryEntry[];
}

/** Everybody and every group the events are about. */
export function mentionsOf(events: readonly DirectoryEvent[]): Mention[] {
  return events.flatMap((event) => {
    const order = orderOf(event);
    const match = ('user' in event.data ? event.data.user.idpId : event.data.group.name) || null;
    const mention = { subject: subjectOf(event), match, order };
    if (!isMembership(event)) return [mention];
    const { group } = event.data;
    return [mention, { subject: subjectOfGroup(group), match: group.name || null, order }];
  });
}

export function createDirectoryView({
  store,
  known,
  move,
  side,
  source,
  onTaken,
}: ViewOptions): DirectoryView {
  const { tenantId } = move;
  const other: MigrationSide = side === 'from' ? 'to' : 'from';
  const entries = new Map<string, DirectoryEntry>();
  /** Subjects by entry. */
  const subjects = new Map<string, string>();
  const changed = new Set<string>();
  const former = new Set<string>();

  function keep(subject: string, entry: DirectoryEntry): void {
    entries.set(subject, entry);
    subjects.set(entry.id, subject);
  }

  function put(subject: string, entry: DirectoryEntry): void {
    keep(subject, entry);
    changed.add(subject);
  }

  /** The entry's place of this side is free, or whoever had it is gone. */
  function isFree(entry: DirectoryEntry): boolean {
    return !subjects.has(entry.id) && (entry[side] === null || entry[side].deleted);
  }

  /** Both sides may have renamed it, one of them later: the acting side's name counts. */
  function withMatch(entry: DirectoryEntry): DirectoryEntry {
    const acting = move.acting === 'from' ? entry.from : entry.to;
    return { ...entry, match: matchOf(acting) ?? matchOf(entry[side]) ?? entry.match };
  }

  async function load(mentions: readonly Mention[]): Promise<void> {
    const missing = new Map<string, Mention>();
    for (const mention of mentions) {
      const { subject } = mention;
      const match = missing.get(subject)?.match ?? mention.match;
      if (!entries.has(subject) && !former.has(subject)) missing.set(subject, { ...mention, match });
    }
    if (missing.size === 0) return;
    for (const entry of await store.entries(tenantId, { side, subjects: [...missing.keys()] })) {
      const { subject } = entry[side]!;
      keep(subject, entry);
      missing.delete(subject);
    }
    const strangers = await Promise.all(
      [...missing.values()].map(async ({ subject, match, order }): Promise<Stranger> => {
        const state = await known.subject(source, subject);
        const snapshot = state?.snapshot as DirectoryUser | DirectoryGroup | null | undefined;
        const before = snapshot ? matchOfEntity(snapshot) : null;
        return { subject, order, state, matches: [before, match].filter((each) => each !== null) };
      }),
    );
    const candidates = await candidatesFor(strangers);
    for (const { subject, matches, order } of strangers) {
      // Another worker may have heard of it meanwhile.
      const same = candidates.find((entry) => entry[side]?.subject === subject);
      if (same) {
        keep(subject, same);
        continue;
      }
      const sameKind = candidates.filter(({ kind }) => kind === kindOf(subject));
      const namesakes = sameKind.filter(({ match }) => match !== null && matches.includes(match));
      if (namesakes.some((entry) => (entry[side]?.since ?? '') > order)) {
        former.add(subject);
        continue;
      }
      const free = sameKind.filter(isFree);
      if (namesakes.some((entry) => entry[side] && !entry[side].deleted)) onTaken?.();
      const entry =
        free.find(({ id }) => id === ownIdOf(subject)) ??
        namesakes
          .filter(isFree)
          .toSorted((a, b) => Number(isPresent(b[other])) - Number(isPresent(a[other])))[0] ??
        // By its first name, for who hears of a group after it was renamed elsewhere.
        free.find(({ id }) => matches.some((match) => id === sharedIdOf(kindOf(subject), match))) ??
        newEntry(subject, matches, candidates);
      put(subject, withMatch({ ...entry, [side]: mentionOf(subject, order) }));
    }
    for (const { subject, order, state } of strangers) await seed(subject, order, state);
  }

  async function candidatesFor(strangers: readonly Stranger[]): Promise<DirectoryEntry[]> {
    const found = new Map<string, DirectoryEntry>();
    for (const kind of ['directory_user', 'directory_group'] as const) {
      const ofKind = strangers.filter(({ subject }) => kindOf(subject) === kind);
      if (ofKind.length === 0) continue;
      const matches = ofKind.flatMap((each) => each.matches);
      const ids = [
        ...matches.map((match) => sharedIdOf(kind, match)),
        ...ofKind.map(({ subject }) => ownIdOf(subject)),
      ];
      const byMatch = matches.length > 0 ? await store.entries(tenantId, { kind, matches }) : [];
      for (const entry of [...byMatch, ...(await store.entries(tenantId, { ids }))])
        found.set(entry.id, entry);
    }
    return [...found.values()];
  }

  /** Two sides that first hear of somebody at once must mean the same entry, so its id follows from the match where it can. */
  function newEntry(
    subject: string,
    matches: readonly string[],
    candidates: readonly DirectoryEntry[],
  ): DirectoryEntry {
    const kind = kindOf(subject);
    const taken = new Set([...candidates.map(({ id }) => id), ...subjects.keys()]);
    const ids = [...matches.map((match) => sharedIdOf(kind, match)), ownIdOf(subject)];
    return {
      tenantId,
      id: ids.find((id) => !taken.has(id)) ?? `${ownIdOf(subject)}:${randomUUID()}`,
      kind,
      match: matches.at(-1) ?? null,
      from: null,
      to: null,
      told: null,
      telling: null,
      version: 0,
    };
  }

  function ownIdOf(subject: string): string {
    return `${kindOf(subject)}:${side}:${digest(subject)}`;
  }

  /** What the inbox knew of it before it was followed here. The app was told so, if this is the side the customer came from. */
  async function seed(subject: string, mentioned: string, state: SubjectState | null): Promise<void> {
    if (!changed.has(subject) || !state || state.deleted || state.snapshot === null) return;
    const entity = state.snapshot as DirectoryUser | DirectoryGroup;
    const pairs =
      kindOf(subject) === 'directory_user'
        ? (await known.groupsOfUser(source, entity.id)).filter(({ member }) => member)
        : [];
    const named = new Map(
      ('groups' in entity ? (entity.groups ?? []) : []).map(({ id, name }) => [id as string, name]),
    );
    await load(
      pairs.map(({ groupId }) => ({
        subject: subjectOfGroupId(groupId),
        match: named.get(groupId) ?? null,
        order: mentioned,
      })),
    );
    const statement: DirectoryStatement = {
      subject,
      entity,
      deleted: false,
      groups: pairs.flatMap(({ groupId }) => {
        const group = entries.get(subjectOfGroupId(groupId));
        return group ? [{ group: groupId, entry: group.id }] : [];
      }),
      since: state.createdOrder ?? state.order ?? '',
      order: latestOrder(state, pairs),
    };
    const entry = entries.get(subject)!;
    const isTold = side === 'from' && move.acting === 'from' && entry.told === null;
    put(subject, { ...entry, [side]: statement, ...(isTold && { told: statement }) });
  }

  return {
    load,
    isFormer: (subject) => former.has(subject),
    entryOf: (subject) => entries.get(subject)!,
    findEntry: (subject) => entries.get(subject) ?? null,
    change(subject, change) {
      put(subject, withMatch({ ...entries.get(subject)!, ...change }));
    },
    changed: () => [...changed].map((subject) => entries.get(subject)!),
  };
}

function kindOf(subject: string): DirectoryEntry['kind'] {
  return subject.slice(0, subject.indexOf(':')) as DirectoryEntry['kind'];
}

function subjectOfGroupId(groupId: string): string {
  return subjectOfGroup(parseQualifiedId(groupId));
}

/** Of what has been mentioned and not described. */
function mentionOf(subject: string, since: string): DirectoryStatement {
  return { subject, entity: null, deleted: false, groups: [], since, order: '' };
}

function matchOf(statement: DirectoryStatement | null): string | null {
  return isPresent(statement) ? matchOfEntity(statement.entity) : null;
}

function matchOfEntity(entity: DirectoryUser | DirectoryGroup): string | null {
  return ('status' in entity ? entity.idpId : entity.name) || null;
}

function sharedIdOf(kind: DirectoryEntry['kind'], match: string): string {
  return `${kind}:${digest(match)}`;
}

/** Ids tell nothing about anybody. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 27);
}

function latestOrder({ order }: SubjectState, pairs: readonly GroupMember[]): string {
  return pairs.reduce((latest, pair) => (pair.order > latest ? pair.order : latest), order ?? '');
}
