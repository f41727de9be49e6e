import type { PullEvents, SsoEvent } from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Limitations } from '../features.js';

export interface EventsPage {
  /** Oldest first. Events of an earlier page may come again; none is left out. */
  readonly events: readonly SsoEvent[];
  /** Where to go on: keep it once these events are safe. Never `null`, also when nothing came. */
  readonly cursor: string;
  /** Whether more can be fetched at once; otherwise come back later. */
  readonly more: boolean;
}

/** Pulling the vendor's event stream. */
export interface EventsFacet {
  readonly features: {
    /** How group membership changes arrive: as events, or derived from a user's groups by whoever keeps the last-known ones. */
    readonly groupMembership: 'native' | 'derived';
    /** Days the vendor keeps events; `null` when it does not say. */
    readonly retentionDays: number | null;
    readonly organizationFilter: boolean;
  };
  readonly limitations?: Limitations;
  /** Throws `failed_precondition` when the cursor is older than the vendor's retention: reconcile, then start at a new `since`. */
  pullPage(request: PullEvents, context: CallContext): Promise<EventsPage>;
}
