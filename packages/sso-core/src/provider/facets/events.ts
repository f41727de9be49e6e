import type { OrganizationId, SsoEvent } from '../../model/index.js';
import type { CallContext } from '../context.js';

export interface EventsRequest {
  /** The position an earlier call answered; `null` starts at `since`. */
  readonly cursor: string | null;
  /** ISO-8601. Without cursor and `since`: from now on. */
  readonly since?: string | undefined;
  readonly organizationId?: OrganizationId | undefined;
  readonly pageSize?: number | undefined;
}

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
  readonly limitations?: { readonly [feature: string]: string };
  /** Throws `failed_precondition` when the cursor is older than the vendor's retention: reconcile, then start at a new `since`. */
  pullPage(request: EventsRequest, context: CallContext): Promise<EventsPage>;
}
