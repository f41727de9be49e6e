import { notify } from '../client/hooks.js';
import { SsoError } from '../errors.js';
import type { RelayDecision, RelayedEvent } from '../events/event-relay.js';
import type { SsoEventType } from '../model/event.js';
import { isTellingCatchUp, untold, type CatchUpPayload, type Telling } from './catch-up.js';
import type { DirectoryEntry, DirectoryStatement } from './directory-entry.js';
import {
  asTold,
  differences,
  hasAccess,
  introductionOf,
  isIn,
  isMembership,
  isNews,
  isPresent,
  subjectOf,
  subjectOfGroup,
  withSaid,
  withTold,
  type DirectoryEvent,
} from './directory-statements.js';
import { createDirectoryView, mentionsOf, type DirectoryView } from './directory-view.js';
import { isFollowed, type Migration, type MigrationSide } from './migration.js';
import type { MigrationStore } from './migration-store.js';

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

export interface DirectoryRelay {
  readonly store: MigrationStore;
  readonly tenantId: string;
  readonly side: MigrationSide;
  readonly relayed: RelayedEvent;
  /** What the event says; of a catch-up that is found here. */
  readonly events: readonly DirectoryEvent[];
  readonly catchUp: CatchUpPayload | null;
  readonly onCompared: ((compared: ComparedEvent) => void) | undefined;
  readonly now: () => number;
}

/** Races with other workers that are worth another look. */
const maxRaces = 100;

/**
 * A vendor gives somebody who comes back a new id, and events of two ids come in no order. An app that knows people by the identity
 * provider's id must hear of the end first.
 */
const patientAttempts = 5;

const nothing: RelayDecision = { deliveries: [], end: async () => {} };

/**
 * What the app is told of an event, given what it was told by either side. An entry is marked while its handlers are called, so that a
 * change of the acting side in between finds it, and the other side's event of the same person waits. What a side says is kept when the
 * event is done with: until then a repetition must be judged as the first time.
 */
export async function relayDirectoryEvent(options: DirectoryRelay): Promise<RelayDecision> {
  const { store, tenantId, side, relayed, catchUp, onCompared, now } = options;
  const { claimed, known, until } = relayed;
  const { event } = claimed;
  // Two vendors may give one id.
  const toldAs = `${side}:${event.id}`;

  /**
   * The entries of all the event speaks of, and what of it counts. Of a group whose name another one has taken the ends of memberships are
   * recorded, and nobody is told.
   */
  async function open(move: Migration, { isPatient }: { readonly isPatient: boolean }) {
    const view = createDirectoryView({
      store,
      known,
      move,
      side,
      source: event,
      onTaken() {
        if (isPatient) throw busy('Somebody of the same name is there whose end may be on its way');
      },
    });
    await view.load(
      catchUp ? [{ subject: event.subject, match: null, order: claimed.order }] : mentionsOf(options.events),
    );
    const ofPresent = options.events.filter((said) => !view.isFormer(subjectOf(said)));
    const isOfFormerGroup = (said: DirectoryEvent) =>
      isMembership(said) && view.isFormer(subjectOfGroup(said.data.group));
    return {
      view,
      events: ofPresent.filter((said) => !isOfFormerGroup(said)),
      recorded: ofPresent.filter(
        (said) => !isOfFormerGroup(said) || said.type === 'directory.group.user_removed',
      ),
    };
  }

  function isBeingToldElsewhere({ telling }: DirectoryEntry): boolean {
    return telling !== null && telling.eventId !== toldAs && telling.until > now();
  }

  async function write(
    view: DirectoryView,
    { version }: Migration,
    others: readonly DirectoryEntry[] = [],
  ): Promise<boolean> {
    const changed = [...view.changed(), ...others];
    return changed.length === 0 || store.writeEntries(tenantId, version, changed);
  }

  /** What is to be told, as things stand. */
  async function decide(
    view: DirectoryView,
    events: readonly DirectoryEvent[],
    move: Migration,
  ): Promise<Tellings> {
    const told = catchUp
      ? await missedOf(view, catchUp, move)
      : newsAmong(events, view, side, { toldAs, attempts: claimed.attempts });
    return { ...told, news: [...told.news, ...(await toldAnew(view, told.news, move))] };
  }

  async function missedOf(view: DirectoryView, payload: CatchUpPayload, move: Migration): Promise<Tellings> {
    const entry = view.entryOf(event.subject);
    const groups = await groupsOf(entry);
    // One that ends takes its memberships along.
    if ([...groups.values()].some(isBeingToldElsewhere)) throw busy('A group of the person is being handled');
    const news = untold(entry, side, { move, groups }, event, payload);
    return { news, known: [], premises: [...groups.values()] };
  }

  /**
   * An end may be told long after the person has come back under another id. The app, which knows both as one, is told of the later life
   * again.
   */
  async function toldAnew(
    view: DirectoryView,
    news: readonly Telling[],
    move: Migration,
  ): Promise<Telling[]> {
    const found: Telling[] = [];
    for (const telling of news) {
      for (const later of await laterLives(view, telling)) {
        if (!isPresent(later[side])) continue;
        const groups = await groupsOf(later);
        const envelope = { ...telling.event, id: `${telling.event.id}/${later.id}` };
        found.push(...untold({ ...later, told: null }, side, { move, groups }, envelope, { insist: true }));
      }
    }
    return found;
  }

  /** Whom the app lost with somebody's end and this side does not know yet: once it does, that is news. */
  async function forgottenWith(view: DirectoryView, news: readonly Telling[]): Promise<DirectoryEntry[]> {
    const lives = await Promise.all(news.map((telling) => laterLives(view, telling)));
    return lives
      .flat()
      .filter((later) => !isPresent(later[side]))
      .map((later) => ({ ...later, told: null }));
  }

  async function laterLives(view: DirectoryView, { event: told }: Telling): Promise<DirectoryEntry[]> {
    if (told.type !== 'directory.user.deleted' || told.data.user.idpId === null) return [];
    const { id, kind } = view.entryOf(subjectOf(told));
    const namesakes = await store.entries(tenantId, { kind, matches: [told.data.user.idpId] });
    return namesakes.filter((later) => later.id !== id && isPresent(later.told));
  }

  async function groupsOf({ told, ...entry }: DirectoryEntry): Promise<Map<string, DirectoryEntry>> {
    const mentioned = [...(entry[side]?.groups ?? []), ...(told?.groups ?? [])];
    const groups = await store.entries(tenantId, { ids: mentioned.map((group) => group.entry) });
    return new Map(groups.map((group) => [group.id, group]));
  }

  /** Written when the handlers are done, whatever became of the move meanwhile. */
  async function end(
    change: (view: DirectoryView, recorded: readonly DirectoryEvent[]) => Promise<readonly DirectoryEntry[]>,
  ): Promise<void> {
    await unlessOvertaken(async () => {
      const move = await store.get(tenantId);
      if (!move || !isFollowed(move)) return;
      const { view, recorded } = await open(move, { isPatient: false });
      const isFormer = view.isFormer(event.subject);
      if (isFormer) keepSaid(view, recorded, side);
      const others = isFormer ? [] : await change(view, recorded);
      return (await write(view, move, others)) ? undefined : 'overtaken';
    });
  }

  function keepTold(view: DirectoryView, tellings: readonly Telling[]): void {
    for (const { event: delivery, entry } of tellings) {
      const subject = subjectOf(delivery);
      const { told } = view.entryOf(subject);
      view.change(subject, { told: withTold(told, delivery, { entry, wholly: catchUp !== null }) });
    }
  }

  function finish({ news, known: repeated }: Tellings): Promise<void> {
    return end(async (view, recorded) => {
      // Also those of later lives.
      await view.load(
        news.map((each) => ({ subject: subjectOf(each.event), match: null, order: claimed.order })),
      );
      keepSaid(view, recorded, side);
      keepTold(view, [...news, ...repeated]);
      view.change(event.subject, { telling: null });
      return forgottenWith(view, news);
    });
  }

  /** Others need not wait any longer. After handlers that failed nobody knows what the app made of it. */
  function giveUp(isUntouched: boolean): Promise<void> {
    return end(async (view) => {
      if (view.entryOf(event.subject).telling?.eventId === toldAs)
        view.change(event.subject, { telling: isUntouched ? null : { eventId: toldAs, until: now() } });
      return [];
    });
  }

  function compare({ kind, told, ...entry }: DirectoryEntry): void {
    const { provider, environment, id: eventId, type } = event;
    const fields = differences(kind, told, entry[side]);
    const outcome = fields.length === 0 ? 'same' : 'different';
    notify(onCompared, { tenantId, provider, environment, eventId, type, outcome, fields });
  }

  return unlessOvertaken<RelayDecision>(async () => {
    const move = await store.get(tenantId);
    if (!move || !isFollowed(move)) throw busy('The move has changed');
    const isActing = side === move.acting;
    if (catchUp) {
      // Somebody else may have come in the place of whom it is about.
      const [entry] = await store.entries(tenantId, { side, subjects: [event.subject] });
      if (!isActing || !entry) return nothing;
    }
    const { view, events, recorded } = await open(move, {
      isPatient: claimed.attempts <= patientAttempts,
    });
    if (view.isFormer(event.subject)) {
      keepSaid(view, recorded, side);
      return (await write(view, move)) ? nothing : 'overtaken';
    }
    const entry = view.entryOf(event.subject);
    const isCaughtUpElsewhere = (said: DirectoryEvent) => {
      const entryOfSaid = view.entryOf(subjectOf(said));
      return isBeingToldElsewhere(entryOfSaid) && isTellingCatchUp(entryOfSaid);
    };
    if (isActing && (isBeingToldElsewhere(entry) || events.some(isCaughtUpElsewhere)))
      throw busy('Another event of the same person or group is being handled');
    const tellings: Tellings = isActing ? await decide(view, events, move) : { news: [], known: [] };
    if (tellings.news.length === 0) {
      keepSaid(view, recorded, side);
      keepTold(view, tellings.known);
      if (!(await write(view, move))) return 'overtaken';
      if (!isActing) compare(view.entryOf(event.subject));
      return nothing;
    }
    view.change(event.subject, { telling: { eventId: toldAs, until } });
    if (!(await write(view, move, tellings.premises))) return 'overtaken';
    return {
      deliveries: tellings.news.map((each) => each.event),
      ...(entry.told && { removesAccess: takesAccess(entry.told, tellings.news, event.subject) }),
      end: (outcome) => (outcome === 'told' ? finish(tellings) : giveUp(outcome === 'kept_back')),
    };
  });
}

interface Tellings {
  /** What the app does not know yet, as it is told. */
  readonly news: readonly Telling[];
  /** Memberships the app was told of by the other side: from now on they are known from both. */
  readonly known: readonly Telling[];
  /** What may not change before the event is marked as being told: written again as it is. */
  readonly premises?: readonly DirectoryEntry[];
}

/** Of the acting side's events those the app does not know yet. */
function newsAmong(
  events: readonly DirectoryEvent[],
  view: DirectoryView,
  side: MigrationSide,
  { toldAs, attempts }: { readonly toldAs: string; readonly attempts: number },
): Tellings {
  const told = new Map<string, DirectoryStatement | null>();
  const said = new Map<string, DirectoryStatement | null>();
  const news: Telling[] = [];
  const repeated: Telling[] = [];
  for (const event of events) {
    const subject = subjectOf(event);
    const { kind, telling, ...known } = view.entryOf(subject);
    const group = groupOf(view, event);
    const entry = group?.id ?? null;
    const toldBefore = told.get(subject) ?? known.told;
    const before = said.get(subject) ?? known[side];
    said.set(subject, withSaid(before, event, entry));
    // Where another event's handlers were interrupted, nobody knows what the app made of it.
    const isUncertain = telling !== null && telling.eventId !== toldAs;
    // An earlier attempt may have told of a membership while the end of its group was told.
    const isTakenBack = attempts > 1 && isDerivedEnd(event) && group?.told?.deleted === true;
    if (!isUncertain && !isTakenBack && !isNews(kind, toldBefore, before, event, entry)) {
      const isKnown = event.type === 'directory.group.user_removed' || isIn(toldBefore, entry);
      if (isMembership(event) && isPresent(toldBefore) && isKnown) repeated.push({ event, entry });
      continue;
    }
    const introduction = introductionOf(event, toldBefore);
    const deliveries = [
      ...(introduction ? [introduction] : []),
      asTold(event, toldBefore, { before, groupEntry: group }),
    ];
    for (const delivery of deliveries) {
      told.set(subject, withTold(told.get(subject) ?? toldBefore, delivery, { entry }));
      news.push({ event: delivery, entry });
    }
  }
  return { news, known: repeated };
}

function keepSaid(view: DirectoryView, events: readonly DirectoryEvent[], side: MigrationSide): void {
  for (const event of events) {
    const subject = subjectOf(event);
    const entry = groupOf(view, event)?.id ?? null;
    view.change(subject, { [side]: withSaid(view.entryOf(subject)[side], event, entry) });
  }
}

function isDerivedEnd({ type, data }: DirectoryEvent): boolean {
  return type === 'directory.group.user_removed' && data.source === 'derived';
}

function groupOf(view: DirectoryView, event: DirectoryEvent): DirectoryEntry | null {
  return isMembership(event) ? view.findEntry(subjectOfGroup(event.data.group)) : null;
}

/** Whether the person has no access after all that is told, of this life or a later one. */
function takesAccess(told: DirectoryStatement, news: readonly Telling[], subject: string): boolean {
  const after = new Map<string, DirectoryStatement | null>([[subject, told]]);
  for (const { event, entry } of news) {
    const of = subjectOf(event);
    after.set(of, withTold(after.get(of) ?? null, event, { entry }));
  }
  return hasAccess(told) && ![...after.values()].some(hasAccess);
}

/** Retries what found itself overtaken by another worker, or by a change of the move. */
async function unlessOvertaken<T>(attempt: () => Promise<T | 'overtaken'>): Promise<T> {
  for (let race = 0; race < maxRaces; race += 1) {
    const result = await attempt();
    if (result !== 'overtaken') return result;
  }
  throw busy('The move or the people of its directory keep changing');
}

function busy(message: string): SsoError {
  return new SsoError({ code: 'unavailable', message, retryable: true });
}
