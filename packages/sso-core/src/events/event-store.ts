import type { SsoEvent } from '../model/event.js';

/** A provider's environment: events and state of two environments never mix. */
export interface EventSource {
  readonly provider: string;
  readonly environment: string;
}

/** `waiting` events are handled next; `held` wait for a person; `quarantined` failed too often; the rest is final. */
export type StoredEventStatus = 'waiting' | 'held' | 'quarantined' | 'handled' | 'superseded' | 'discarded';

export interface NewEvent {
  readonly event: SsoEvent;
  /** Sorts as text: by the time of occurrence, ties by event id. */
  readonly order: string;
  /**
   * Whether handling it would take somebody's access away: what the blast-radius guard counts. `relayed`: also when its source knows them
   * without access, as the app knows them from another one.
   */
  readonly removal: boolean | 'relayed';
  /** Within what the guard counts: usually the organization. */
  readonly scope: string;
  /** Why it goes straight to quarantine instead of being handled; `null` for an ordinary event. */
  readonly quarantine: string | null;
}

export interface StoredEvent extends NewEvent {
  readonly status: StoredEventStatus;
  /** Attempts begun so far; one that ended with its process counts. */
  readonly attempts: number;
  /** Name and code of the last failure, never its message. */
  readonly lastFailure: string | null;
  /** A person let it pass the guard. */
  readonly released: boolean;
}

/** An event handed to one worker until its lease ends. */
export interface ClaimedEvent extends StoredEvent {
  /** Proves the claim: a worker whose lease ran out cannot settle. */
  readonly claim: string;
  readonly subject: SubjectState | null;
}

/** The last-known state of a subject. A deleted one stays as a tombstone. */
export interface SubjectState {
  /** `order` of the newest creation or update heard of. */
  readonly order: string | null;
  readonly createdOrder: string | null;
  readonly deletedOrder: string | null;
  /** No creation is newer than the newest deletion. */
  readonly deleted: boolean;
  /** Within what the guard counts. */
  readonly scope: string;
  /** Directory the subject belongs to, qualified; `null` for others, and where no event told. */
  readonly directoryId: string | null;
  /** Whether it is a person who has access: what the guard compares removals with. */
  readonly active: boolean;
  /** The neutral entity as of `order`; `null` when that is older than the deletion. */
  readonly snapshot: unknown;
}

/** Whether a user is in a group, and from which event that is known. */
export interface GroupMember {
  readonly groupId: string;
  readonly userId: string;
  readonly member: boolean;
  readonly order: string;
}

/** What a plan was made from, and what other subjects' events may change meanwhile. */
export interface Premises {
  /** Subjects that are not deleted. */
  readonly alive: readonly string[];
  /** A group that has no members but these, known from the same events. */
  readonly emptied: { readonly groupId: string; readonly members: readonly GroupMember[] } | null;
}

/** What becomes of a claimed event; written in one transaction. */
export type Settlement =
  | {
      readonly status: 'handled';
      /** `null` leaves the subject's state as it is. */
      readonly subject: SubjectState | null;
      /** Each is written unless something newer is known. */
      readonly members: readonly GroupMember[];
      readonly premises: Premises;
      /** Whether it took somebody's access away unasked: what the guard counts. */
      readonly removed: boolean;
    }
  | { readonly status: 'superseded' | 'held' }
  | { readonly status: 'quarantined'; readonly failure: string }
  /** Back to `waiting`, not before `at` (milliseconds since the epoch). */
  | { readonly status: 'retry'; readonly failure: string; readonly at: number };

export interface EventQuery {
  readonly status: StoredEventStatus;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** Living subjects of one kind (the part of a subject before its colon) and scope. */
export interface SubjectQuery {
  readonly kind: 'directory_user' | 'directory_group';
  readonly scope: string;
  readonly limit: number;
  /** The last subject of the page before. */
  readonly after: string | null;
}

/**
 * The durable inbox. Implementations pass one contract suite (in `@org/sso-store`); every method is atomic, also between processes.
 * Times are milliseconds since the epoch and come from the caller, so that tests can move the clock.
 */
export interface EventStore {
  /** Stores events not seen before, by (provider, environment, id). Answers how many were new. */
  append(events: readonly NewEvent[], now: number): Promise<number>;
  /**
   * Claims the waiting event that occurred first, begins an attempt of it, and leaves out subjects of which an event is claimed or
   * waits for a retry. A claim ends with `settle`, or when somebody else claims the event after `leaseMs`. `null` when none is due.
   */
  claim(options: { readonly now: number; readonly leaseMs: number }): Promise<ClaimedEvent | null>;
  /**
   * `false` when nothing was written: another worker has claimed the event meanwhile, or a premise no longer holds. In that case the event
   * is due again at once.
   */
  settle(claimed: ClaimedEvent, settlement: Settlement, now: number): Promise<boolean>;
  /** When `claim` may next find something, in milliseconds since the epoch; `null` when nothing waits. */
  nextDueAt(): Promise<number | null>;
  /** Claims of a scope's events whose lease has not run out. */
  inHand(
    source: EventSource,
    query: { readonly scope: string; readonly now: number },
  ): Promise<readonly { readonly subject: string; readonly claim: string }[]>;

  /** Throws `invalid_argument` for an `after` that is not from an earlier page. */
  list(query: EventQuery): Promise<{ readonly events: readonly StoredEvent[]; readonly next: string | null }>;
  /** Sets quarantined or held events waiting again; they then pass the guard. Answers how many. */
  release(source: EventSource, ids: readonly string[], now: number): Promise<number>;
  /** Gives quarantined or held events up. Answers how many. */
  discard(source: EventSource, ids: readonly string[]): Promise<number>;

  /**
   * For the guard: how many people of a scope lost access since, how many more would by what waits or is held, and how many have it.
   * Counts stop at `limit`; released events do not count.
   */
  countRemovals(
    source: EventSource,
    scope: string,
    range: { readonly since: number; readonly limit: number },
  ): Promise<{ readonly handled: number; readonly waiting: number; readonly active: number }>;

  subject(source: EventSource, subject: string): Promise<SubjectState | null>;
  /** In pages, by subject. */
  listSubjects(
    source: EventSource,
    query: SubjectQuery,
  ): Promise<readonly { readonly subject: string; readonly state: SubjectState }[]>;
  membersOfGroup(source: EventSource, groupId: string): Promise<readonly GroupMember[]>;
  groupsOfUser(source: EventSource, userId: string): Promise<readonly GroupMember[]>;

  /** Where pulling stands. */
  checkpoint(source: EventSource): Promise<string | null>;
  /** Appends pulled events and moves the checkpoint in one transaction; `false` when somebody else moved it from `expected` meanwhile. */
  advance(
    source: EventSource,
    move: {
      readonly expected: string | null;
      readonly cursor: string;
      readonly events: readonly NewEvent[];
      readonly now: number;
    },
  ): Promise<boolean>;
}
