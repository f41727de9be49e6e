import { occurredAtOf } from '../events/describe-event.js';
import type { SsoEvent } from '../model/event.js';
import type { DirectoryGroup } from '../model/index.js';
import type { DirectoryEntry, DirectoryMembership } from './directory-entry.js';
import {
  differences,
  hasAccess,
  introductionOf,
  isPresent,
  isStaleGrant,
  nameTold,
  saysTheSame,
  type DirectoryEvent,
  type MembershipEvent,
} from './directory-statements.js';
import type { Migration, MigrationSide } from './migration.js';

/** The vendor word of an event of ours: whatever the acting side said of its subject and the app was not told is to be told now. */
const catchUpType = '(catch-up)';
const catchUpPrefix = 'catch-up:';

export interface CatchUpPayload {
  /** Also gives access back on knowledge that is older than its loss. */
  readonly insist: boolean;
}

/**
 * Its id follows from the hand-over and the entry: appended again it is the same event, unless it was tried meanwhile. One that was
 * discarded then does not stand in the way.
 */
export function catchUpEvent(
  { tenantId, version, organizations }: Migration,
  source: Pick<SsoEvent, 'provider' | 'environment'>,
  { side, entry }: { readonly side: MigrationSide; readonly entry: DirectoryEntry },
  { payload, occurredAt }: { readonly payload: CatchUpPayload; readonly occurredAt: string },
): SsoEvent {
  const { subject } = entry[side]!;
  return {
    id: `${catchUpPrefix}${tenantId}:${version}:${entry.version}:${subject}${payload.insist ? ':all' : ''}`,
    ...source,
    type: 'unrecognized',
    occurredAt,
    organizationId: organizations[side],
    subject,
    data: { vendorType: catchUpType, payload },
  };
}

export function readCatchUp(event: SsoEvent): CatchUpPayload | null {
  return event.type === 'unrecognized' && event.data.vendorType === catchUpType
    ? (event.data.payload as CatchUpPayload)
    : null;
}

export function isTellingCatchUp({ telling }: DirectoryEntry): boolean {
  const id = telling?.eventId.replace(/^(?:from|to):/, '');
  return id !== undefined && id.startsWith(catchUpPrefix);
}

/** An event the app is told. */
export interface Telling {
  readonly event: DirectoryEvent;
  /** The one of a membership's group. */
  readonly entry: string | null;
}

/** Whether a side says what the app was not told. Where handlers were interrupted nobody knows what the app made of it. */
export function isUntold(
  { kind, told, telling, ...entry }: DirectoryEntry,
  side: MigrationSide,
  { insist }: CatchUpPayload,
): boolean {
  const said = entry[side];
  if (said === null || said.entity === null || (isStaleGrant(told, said) && !insist)) return false;
  return (
    telling !== null || !saysTheSame(kind, told, said) || differences(kind, told, said).includes('groups')
  );
}

/**
 * What leads from what the app was told to what a side says. `groups` are the entries of all groups either of them speaks of. Where
 * handlers were interrupted it is told again.
 */
export function untold(
  entry: DirectoryEntry,
  side: MigrationSide,
  { move, groups }: { readonly move: Migration; readonly groups: ReadonlyMap<string, DirectoryEntry> },
  envelope: Pick<SsoEvent, 'id' | 'provider' | 'environment' | 'occurredAt' | 'organizationId'>,
  payload: CatchUpPayload,
): Telling[] {
  if (!isUntold(entry, side, payload)) return [];
  const { kind, told, telling } = entry;
  const said = entry[side]!;
  const { subject, entity, deleted } = said;
  // As it was said, so that an end the side tells later than now, but which occurred before, still ends it. What takes access, or insists,
  // outranks what was told before, which may have occurred later.
  const isGiven = kind === 'directory_user' ? hasAccess(said) : isPresent(said);
  const occurredAt = isGiven && !isStaleGrant(told, said) ? occurredAtOf(said.order) : envelope.occurredAt;
  const saidGroups = entriesOf(said.groups);
  const isKnown = isPresent(told);
  const toldGroups = entriesOf(isKnown ? told.groups : []);
  const isSame = telling === null && saysTheSame(kind, told, said);
  const prefix = kind === 'directory_user' ? 'directory.user' : 'directory.group';
  const about = (type: string, data: object, id = type, group: string | null = null): Telling => ({
    event: { ...envelope, occurredAt, id: `${envelope.id}/${id}`, subject, type, data } as DirectoryEvent,
    entry: group,
  });

  function membership(type: MembershipEvent['type'], id: string): Telling[] {
    const known = groups.get(id);
    const group = known && groupRef(known, side, move);
    const data = { group, user: entity, source: 'derived' };
    return group ? [about(type, data, `${type}/${group.vendorId}`, id)] : [];
  }

  function change(): Telling[] {
    // Whether somebody was deleted or switched off is forgotten.
    const rest =
      deleted && kind === 'directory_user' ? { meaning: 'deleted_or_deactivated' } : { previous: null };
    const type = `${prefix}.${deleted ? 'deleted' : isKnown ? 'updated' : 'created'}`;
    const { event } = about(
      type,
      kind === 'directory_user' ? { user: entity, ...rest } : { group: entity, ...rest },
    );
    const introduction = introductionOf(event, told);
    return [...(introduction ? [introduction] : []), event].map((each) => ({ event: each, entry: null }));
  }

  if (isSame && !isKnown) return [];
  return [
    ...(isSame ? [] : change()),
    // In this order: an app may know two groups by one name.
    ...toldGroups
      .filter((id) => !deleted && !saidGroups.includes(id))
      .flatMap((id) => membership('directory.group.user_removed', id)),
    ...saidGroups
      .filter((id) => !toldGroups.includes(id))
      .flatMap((id) => membership('directory.group.user_added', id)),
  ];
}

function entriesOf(groups: readonly DirectoryMembership[]): string[] {
  return [...new Set(groups.map(({ entry }) => entry))];
}

/** A group this side does not have is named as the other one has it. */
function groupRef(
  entry: DirectoryEntry,
  side: MigrationSide,
  move: Migration,
): MembershipEvent['data']['group'] | undefined {
  for (const place of [side, side === 'from' ? 'to' : 'from'] as const) {
    const known = entry[place];
    if (!known) continue;
    const vendorId = known.subject.slice('directory_group:'.length);
    const { id, directoryId, name } = (known.entity ?? {
      id: `${move[place]}:${vendorId}`,
      directoryId: null,
      name: null,
    }) as Pick<DirectoryGroup, 'id' | 'directoryId'> & { readonly name: string | null };
    return { id, vendorId, directoryId, name: nameTold(entry, name) };
  }
  return undefined;
}
