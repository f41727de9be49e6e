import type { EventRelay, RelayDecision, RelayedEvent } from '../events/event-relay.js';
import type { OrganizationId } from '../model/index.js';
import { readCatchUp } from './catch-up.js';
import { isDirectoryEvent } from './directory-statements.js';
import { isFollowed, sideOf, type Migration, type MigrationSide } from './migration.js';
import type { MigrationStore } from './migration-store.js';
import { relayDirectoryEvent, type ComparedEvent } from './relay-directory-event.js';

export interface MigrationRelayOptions {
  readonly store: MigrationStore;
  /** Told what became of each directory event that was not acted on. It gets ids, types and names of fields, no values. */
  readonly onCompared?: (compared: ComparedEvent) => void;
  /** Milliseconds since the epoch; the inbox's. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * For `createEventInbox({ relay })`: of a customer in a move, the acting side's events reach the handlers, the other side's are recorded
 * and compared. What both sides tell of people and groups reaches the handlers once, also when the acting side changes in between.
 * Everybody else's events pass, and so do those of logins, each of which happens at one side only.
 */
export function createMigrationRelay({
  store,
  onCompared,
  now = Date.now,
}: MigrationRelayOptions): EventRelay {
  async function findMove({ event, subject }: RelayedEvent['claimed']): Promise<{
    readonly move: Migration;
    /** `null`: of an organization that is gone. */
    readonly side: MigrationSide | null;
  } | null> {
    const organization = event.organizationId ?? (subject?.scope as OrganizationId | undefined);
    if (organization === undefined) return null;
    const move = await store.findByOrganization(organization);
    if (move) return { move, side: sideOf(move, organization) };
    // The new organization's own creation may arrive before its id is noted.
    if (!('organization' in event.data) || event.data.organization.externalId === null) return null;
    const named = await store.get(event.data.organization.externalId);
    const isNew = named?.to === event.provider && named.organizations.to === null;
    return isNew ? { move: named, side: 'to' } : null;
  }

  return async (relayed) => {
    const { claimed, deliveries } = relayed;
    const found = await findMove(claimed);
    if (!found) return unchanged(deliveries);
    const { side, move } = found;
    if (side === null) return unchanged([]);
    const catchUp = readCatchUp(claimed.event);
    const events = deliveries.filter(isDirectoryEvent);
    if (isFollowed(move) && (catchUp || events.length > 0)) {
      const { tenantId } = move;
      return relayDirectoryEvent({ store, tenantId, side, relayed, events, catchUp, onCompared, now });
    }
    const isActedOn = side === move.acting || claimed.event.type.startsWith('authentication.');
    return unchanged(isActedOn && !catchUp ? deliveries : []);
  };
}

function unchanged(deliveries: RelayDecision['deliveries']): RelayDecision {
  return { deliveries, end: async () => {} };
}
