import { notify } from '../client/hooks.js';
import { SsoError } from '../errors.js';
import type { EventRelay, RelayDecision, RelayedEvent } from '../events/event-relay.js';
import type { SsoEvent, SsoEventType } from '../model/event.js';
import { readCatchUp, untold, type Telling } from './catch-up.js';
import type { DirectoryEntry, DirectoryStatement } from './directory-entry.js';
import {
  asTold,
  differences,
  hasAccess,
  introductionOf,
  isDirectoryEvent,
  isMembership,
  isNews,
  subjectOf,
  subjectOfGroup,
  withEvent,
  withTold,
  type DirectoryEvent,
} from './directory-statements.js';
import { createDirectoryView, mentionsOf, type DirectoryView } from './directory-view.js';
import type { Migration, MigrationSide } from './migration.js';
import type { MigrationStore } from './migration-store.js';

export interface MigrationRelayOptions {
  readonly store: MigrationStore;
  /** Told what became of each directory event that was not acted on. It gets ids, types and names of fields, no values. */
  readonly onCompared?: (compared: ComparedEvent) => void;
  /** Milliseconds since the epoch; the inbox's. Default `Date.now`. */
  readonly now?: () => number;
}

/** An event of the side that is not acted on, compared with what the app was told by the other. */
export interface ComparedEvent {
  readonly tenantId: string;
  readonly provider: string;
  readonly environment: string;
  readonly eventId: string;
  readonly type: SsoEventType;
  /** `different` also when this side hears of a change first. */
  readonly outcome: 'same' | 'different';
  /** What differs; `status` when one side has somebody, or gives them access, and the other does not. */
  readonly fields: readonly string[];
}

const nothing: RelayDecision = { deliveries: [], end: async () => {} };
const all = (deliveries: readonly SsoEvent[]): RelayDecision => ({ ...nothing, deliveries });

/** Races with other workers that are worth another look. */
const maxRaces = 100;

/**
 * For `createEventInbox({ relay })`: of a customer in a move, the acting side's events reach the handlers, the other side's are recorded
 * and compared. What both sides tell reaches the handlers once, also when the acting side changes in between. Everybody else's events
 * pass.
 */
export function createMigrationRelay({
  store,
  onCompared,
  now = Date.now,
}: MigrationRelayOptions): EventRelay {
  async function findMove({
    event,
    subject,
  }: RelayedEvent['claimed']): Promise<{ readonly move: Migration; readonly side: MigrationSide } | null> {
    const organization = event.organizationId ?? subject?.scope ?? null;
    if (organization === null) return null;
    const move = await store.findByOrganization(organization as NonNullable<SsoEvent['organizationId']>);
    if (move) return { move, side: move.organizations.from === organization ? 'from' : 'to' };
    // The new organization's own creation may arrive before its id is noted.
    if (!('organization' in event.data) || event.data.organization.externalId === null) return null;
    const named = await store.get(event.data.organization.externalId);
    return named?.to === event.provider && named.organizations.to === null
      ? { move: named, side: 'to' }
      : null;
  }

  return async (relayed) => {
    const { claimed, deliveries } = relayed;
    const { event } = claimed;
    const found = await findMove(claimed);
    if (!found) return all(deliveries);
    const { side, move } = found;
    const { tenantId } = move;
    const catchUp = readCatchUp(event);
    const directoryEvents = deliveries.filter(isDirectoryEvent);

    if (!catchUp && directoryEvents.length === 0) {
      // A login happens at one side only.
      const isActedOn = side === move.acting || event.type.startsWith('authentication.');
      return isActedOn ? all(deliveries) : nothing;
    }

    async function write(view: DirectoryView, at: Migration): Promise<boolean> {
      const changed = view.changed();
      return changed.length === 0 || store.writeEntries(tenantId, at.version, changed);
    }

    /** Somebody else may have come in the place of whom a catch-up is about. */
    async function isFollowed(): Promise<boolean> {
      const entries = await store.entries(tenantId, { side, subjects: [event.subject] });
      return entries.length > 0;
    }

    async function open(at: Migration): Promise<DirectoryView> {
      const view = createDirectoryView({ store, known: relayed.known, move: at, side, source: event });
      await view.load(catchUp ? [{ subject: event.subject, match: null }] : mentionsOf(directoryEvents));
      return view;
    }

    /** Keeps what this side says, and what of it the app was told. */
    function keep(view: DirectoryView, told: readonly Telling[]): void {
      if (!catchUp) {
        for (const said of directoryEvents) {
          const subject = subjectOf(said);
          view.change(subject, {
            [side]: withEvent(view.entryOf(subject)[side], said, groupIdOf(view, said)),
          });
        }
      }
      for (const { event: delivery, groupId } of told) {
        const subject = subjectOf(delivery);
        view.change(subject, { told: withTold(view.entryOf(subject).told, delivery, groupId) });
      }
    }

    function compare({ kind, told, ...entry }: DirectoryEntry): void {
      const fields = differences(kind, told, entry[side]);
      notify(onCompared, {
        tenantId,
        provider: event.provider,
        environment: event.environment,
        eventId: event.id,
        type: event.type,
        outcome: fields.length === 0 ? 'same' : 'different',
        fields,
      });
    }

    /** What is to be told of the event, as things stand. */
    async function decide(view: DirectoryView): Promise<readonly Telling[]> {
      if (!catchUp) return newsAmong(directoryEvents, view, side, event);
      const entry = view.entryOf(event.subject);
      const mentioned = new Set([...(entry[side]?.groups ?? []), ...(entry.told?.groups ?? [])]);
      const groups = await store.entries(tenantId, { ids: [...mentioned] });
      return untold(
        entry,
        side,
        { move, groups: new Map(groups.map((group) => [group.id, group])) },
        event,
        catchUp,
      );
    }

    /** Written when the handlers are done, whatever became of the move meanwhile. */
    const finish = (told: readonly Telling[]) =>
      unlessOvertaken(async () => {
        const current = await store.get(tenantId);
        if (!current || current.stage === 'committed') return;
        const view = await open(current);
        keep(view, told);
        view.change(event.subject, { telling: null });
        return (await write(view, current)) ? undefined : 'overtaken';
      });

    /** Others need not wait any longer, but nobody knows what the app made of it. */
    const giveUp = (isUntouched: boolean) =>
      unlessOvertaken(async () => {
        const current = await store.get(tenantId);
        if (!current || current.stage === 'committed') return;
        const view = await open(current);
        if (view.entryOf(event.subject).telling?.eventId !== event.id) return;
        view.change(event.subject, {
          telling: isUntouched ? null : { eventId: event.id, until: now() },
        });
        return (await write(view, current)) ? undefined : 'overtaken';
      });

    return unlessOvertaken<RelayDecision>(async () => {
      const current = await store.get(tenantId);
      if (!current) return 'overtaken';
      if (current.stage === 'committed')
        return side === current.acting && !catchUp ? all(deliveries) : nothing;
      if (catchUp && (side !== current.acting || !(await isFollowed()))) return nothing;
      const view = await open(current);
      const entry = view.entryOf(event.subject);
      if (side !== current.acting) {
        keep(view, []);
        if (!(await write(view, current))) return 'overtaken';
        compare(view.entryOf(event.subject));
        return nothing;
      }
      if (entry.telling && entry.telling.eventId !== event.id && entry.telling.until > now())
        throw busy('Another event of the same person or group is being handled');
      const telling = await decide(view);
      if (telling.length === 0) {
        keep(view, []);
        return (await write(view, current)) ? nothing : 'overtaken';
      }
      view.change(event.subject, { telling: { eventId: event.id, until: relayed.until } });
      if (!(await write(view, current))) return 'overtaken';
      const after = telling
        .filter(({ event: told }) => subjectOf(told) === event.subject)
        .reduce<DirectoryStatement | null>(
          (told, { event: delivery, groupId }) => withTold(told, delivery, groupId),
          entry.told,
        );
      return {
        deliveries: telling.map(({ event: told }) => told),
        ...(entry.told && { removesAccess: hasAccess(entry.told) && !hasAccess(after) }),
        end: (outcome) => (outcome === 'told' ? finish(telling) : giveUp(outcome === 'kept_back')),
      };
    });
  };
}

/** Retries what found itself overtaken. */
async function unlessOvertaken<T>(attempt: () => Promise<T | 'overtaken'>): Promise<T> {
  for (let race = 0; race < maxRaces; race += 1) {
    const result = await attempt();
    if (result !== 'overtaken') return result;
  }
  throw busy('The move or the people of its directory keep changing');
}

function groupIdOf(view: DirectoryView, event: DirectoryEvent): string | null {
  return isMembership(event) ? view.entryOf(subjectOfGroup(event.data.group)).id : null;
}

/** Of the acting side's events those the app does not know yet, as it is told them. */
function newsAmong(
  events: readonly DirectoryEvent[],
  view: DirectoryView,
  side: MigrationSide,
  cause: SsoEvent,
): Telling[] {
  const told = new Map<string, DirectoryStatement | null>();
  const said = new Map<string, DirectoryStatement | null>();
  const news: Telling[] = [];
  for (const event of events) {
    const subject = subjectOf(event);
    const entry = view.entryOf(subject);
    const groupId = groupIdOf(view, event);
    const known = told.get(subject) ?? entry.told;
    const before = said.get(subject) ?? entry[side];
    said.set(subject, withEvent(before, event, groupId));
    // Where another event's handlers were interrupted, nobody knows what the app made of it.
    const isUncertain = entry.telling !== null && entry.telling.eventId !== cause.id;
    if (!isUncertain && !isNews(entry.kind, known, before, event, groupId)) continue;
    const groupName = isMembership(event)
      ? (view.entryOf(subjectOfGroup(event.data.group)).match ?? null)
      : null;
    const introduction = introductionOf(event, known);
    for (const delivery of [...(introduction ? [introduction] : []), asTold(event, known, groupName)]) {
      told.set(subject, withTold(told.get(subject) ?? known, delivery, groupId));
      news.push({ event: delivery, groupId });
    }
  }
  return news;
}

function busy(message: string): SsoError {
  return new SsoError({ code: 'unavailable', message, retryable: true });
}
