import type { AuditEvent } from '../model/audit-event.js';
import type { OrganizationId } from '../model/ids.js';

/** An audit event as it is kept. */
export interface AuditEntry {
  /** Unique, and the idempotency key of every delivery. */
  readonly id: string;
  /** Whose trail it is in. */
  readonly organizationId: OrganizationId;
  readonly event: AuditEvent;
}

export interface AuditQuery {
  /** `null` reads the trails of all organizations: for the app's operators, never for a customer. */
  readonly organizationId: OrganizationId | null;
  /** Events of one of these actions. */
  readonly actions?: readonly string[] | undefined;
  readonly actorId?: string | undefined;
  /** Occurred at or after. Milliseconds since the epoch. */
  readonly from?: number | undefined;
  /** Occurred before. Milliseconds since the epoch. */
  readonly until?: number | undefined;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface AuditPruning {
  /** `null` is all organizations. */
  readonly organizationId: OrganizationId | null;
  /** Milliseconds since the epoch. */
  readonly before: number;
}

/** Newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** `null` on the last page. */
  readonly next: string | null;
}

/** Asks for an entry to be handed to a sink. */
export interface NewDelivery {
  readonly sink: string;
  /** When it is due. */
  readonly dueAt: number;
  /** Whoever asked delivers it and has it claimed by this token until `dueAt`; `null` leaves it to the first worker. */
  readonly claim: string | null;
}

/** `waiting` ones are tried until the sink takes them; `quarantined` ones wait for a person. What a sink took is forgotten. */
export type DeliveryStatus = 'waiting' | 'quarantined';

/** An entry a sink has not taken yet. */
export interface Delivery {
  readonly sink: string;
  readonly entry: AuditEntry;
  readonly status: DeliveryStatus;
  /** Attempts begun so far; one that ended with its process counts. */
  readonly attempts: number;
  /** Name and code of the last failure, never its message. */
  readonly lastFailure: string | null;
}

/** A delivery in the hands of one worker until its lease ends. */
export interface ClaimedDelivery extends Delivery {
  /** Proves the claim: a worker whose lease ran out cannot settle. */
  readonly claim: string;
}

export interface DeliveryClaim {
  readonly sink: string;
  readonly entry: Pick<AuditEntry, 'id'>;
  readonly claim: string;
}

export type DeliverySettlement =
  | { readonly status: 'delivered' }
  | { readonly status: 'quarantined'; readonly failure: string }
  /** Back to `waiting`, not before `at`. */
  | { readonly status: 'retry'; readonly failure: string; readonly at: number };

/** Something an administrator does at the vendor. */
export interface Operation {
  readonly organizationId: OrganizationId;
  /** Idempotency key, unique within the organization. */
  readonly key: string;
  readonly action: string;
  /** What it is done to. Of one action and target, one operation runs at a time. */
  readonly target: string;
}

export type BegunOperation =
  | {
      readonly status: 'begun';
      /** Proves the claim: whoever lost it cannot finish. */
      readonly claim: string;
      /** Tells of an earlier attempt at this target whose end nobody knows; `null` when there is none. */
      readonly unfinished: AuditEntry | null;
    }
  /** Done before; the result is what `finish` stored. */
  | { readonly status: 'done'; readonly result: string }
  /** Another attempt at this target is under way. */
  | { readonly status: 'running' }
  /** The key belongs to another action or target. */
  | { readonly status: 'key_taken' };

export interface OperationEnd {
  /** `done`: the vendor did it. `refused`: it did nothing. `unknown`: nobody knows, and the next attempt reckons with either. */
  readonly status: 'done' | 'refused' | 'unknown';
  /** Of `done`: what the same key is answered with from now on; `null` forgets the key. */
  readonly result: string | null;
  readonly entry: AuditEntry;
  readonly deliveries: readonly NewDelivery[];
}

/**
 * The trail, the outbox of what sinks have not taken yet, and the journal of operations, in one store, because their ends are written in
 * one transaction. Every attempt that reached `request` ends in exactly one entry of the trail, whatever becomes of its process. Every
 * method is atomic, also between processes; implementations pass one contract suite (in `@org/sso-store`). Times are milliseconds since
 * the epoch and come from the caller.
 */
export interface AuditStore {
  /** Adds an entry to the trail, and its deliveries to the outbox. Entries are never changed, and removed by `prune` alone. */
  record(entry: AuditEntry, deliveries: readonly NewDelivery[]): Promise<void>;
  list(query: AuditQuery): Promise<AuditPage>;
  /**
   * Removes entries that occurred before `before`, oldest first and at most `limit`, and answers how many. What a sink has neither taken nor
   * was let off stays. Operations that ended before then are forgotten, with their keys. Throws `invalid_argument` for what is no time.
   */
  prune(options: AuditPruning & { readonly limit: number }): Promise<number>;

  /**
   * Claims an operation until it is finished or `leaseMs` are over, or answers why not. An earlier attempt at the target that was
   * interrupted is recorded, with `deliveries`. A claim that is not followed by `request` leaves no trace.
   */
  begin(
    operation: Operation,
    options: {
      readonly now: number;
      readonly leaseMs: number;
      readonly deliveries: readonly NewDelivery[];
    },
  ): Promise<BegunOperation>;
  /**
   * To be called right before the vendor is asked to change something: `interrupted` is what is recorded should the process end here.
   * `false` when the claim was lost.
   */
  request(operation: Operation, claim: string, interrupted: AuditEntry): Promise<boolean>;
  /** Records how the attempt ended. `done` ends all attempts at the target. `false`, and nothing written, when the claim was lost. */
  finish(operation: Operation, claim: string, end: OperationEnd): Promise<boolean>;
  /** Records attempts that were interrupted, at most `limit`. Answers how many. */
  reportInterrupted(options: {
    readonly now: number;
    readonly deliveries: readonly NewDelivery[];
    readonly limit: number;
  }): Promise<number>;

  /** Claims the delivery to this sink that is due longest and begins an attempt of it; `null` when none is due. */
  claimDelivery(options: {
    readonly sink: string;
    readonly now: number;
    readonly leaseMs: number;
  }): Promise<ClaimedDelivery | null>;
  /** `false` when another worker has claimed it meanwhile. */
  settleDelivery(claimed: DeliveryClaim, settlement: DeliverySettlement): Promise<boolean>;
  /** When `claimDelivery` may next find something; `null` when nothing waits for this sink. */
  nextDeliveryAt(sink: string): Promise<number | null>;
  /** In pages, by sink and entry id. */
  listDeliveries(query: {
    readonly status: DeliveryStatus;
    readonly limit: number;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  }): Promise<{ readonly deliveries: readonly Delivery[]; readonly next: string | null }>;
  /** Sets quarantined deliveries waiting again, their attempts forgotten. Answers how many. */
  releaseDeliveries(sink: string, entryIds: readonly string[], now: number): Promise<number>;
  /** Gives quarantined deliveries up; the trail keeps their entries. Answers how many. */
  discardDeliveries(sink: string, entryIds: readonly string[]): Promise<number>;
}
