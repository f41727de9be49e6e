import { SsoError, type OrganizationId } from '@org/sso-core';
import { isFollowed, type Migration, type MigrationStore } from '@org/sso-core/migration';
import type { ReadyOrganization } from './apply-organization.js';

export interface Enrollment {
  readonly store: MigrationStore;
  readonly planned: ReadyOrganization;
  /** Provider ids. */
  readonly from: string;
  readonly to: string;
  readonly target: OrganizationId;
  /** Whether the target has an organization no more. */
  readonly isGone: (organization: OrganizationId) => Promise<boolean>;
  readonly actor: string;
  readonly now: () => number;
}

/** Races with other operators that are worth another look. */
const attempts = 5;

/**
 * Puts a customer at the beginning of the ladder, or brings its record up to date and leaves it where it is. Answers whether anything
 * changed. A move that was committed begins anew when it leads back.
 */
export async function enroll(enrollment: Enrollment): Promise<boolean> {
  const { store, planned, from, to, target, actor, now } = enrollment;
  const { tenantId, source, domains } = planned;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const known = await store.get(tenantId);
    refuseOther(known, enrollment);
    refuseReplaced(known, enrollment);
    const isSameMove = known?.from === from && known.to === to;
    if (isSameMove && known.organizations.to === target && sameSet(known.domains, domains)) return false;
    const former = await formerOf(known, enrollment);
    const at = new Date(now()).toISOString();
    const next: Migration = {
      ...(isSameMove ? known : { tenantId, from, to, stage: 'observe', canary: null, acting: 'from' }),
      organizations: { from: source.id, to: target },
      ...(former.length > 0 && { formerOrganizations: former }),
      domains: [...domains],
      version: (known?.version ?? 0) + 1,
      updatedAt: at,
    };
    const isWritten = await store.write(next, known?.version ?? null, {
      tenantId,
      at,
      actor,
      action: isSameMove ? 'updated' : 'enrolled',
      fromStage: known?.stage ?? null,
      toStage: next.stage,
      detail: { organization: target, domains },
    });
    if (isWritten) return true;
  }
  throw new SsoError({
    code: 'conflict',
    message: `${tenantId} is being changed by somebody else: apply again`,
    retryable: true,
  });
}

/** The end of one that was deleted at the target may be told long after another has come in its place. One that lives on is somebody else's. */
async function formerOf(
  known: Migration | null,
  { planned, target, isGone }: Enrollment,
): Promise<OrganizationId[]> {
  if (!known) return [];
  const former = [...(known.formerOrganizations ?? [])];
  for (const organization of [known.organizations.from, known.organizations.to]) {
    const isLeft = organization !== null && organization !== planned.source.id && organization !== target;
    if (isLeft && (await isGone(organization))) former.push(organization);
  }
  return former;
}

/** Throws `failed_precondition` when the customer is on another move already. */
export function refuseOther(
  known: Migration | null,
  { planned, from, to }: Pick<Enrollment, 'planned' | 'from' | 'to'>,
): void {
  if (!known) return;
  const isSameMove = known.from === from && known.to === to;
  const leadsBack = known.stage === 'committed' && known.from === to && known.to === from;
  if (leadsBack || (isSameMove && known.organizations.from === planned.source.id)) return;
  throw new SsoError({
    code: 'failed_precondition',
    message: isSameMove
      ? `${known.tenantId} is being moved already, as ${known.organizations.from} and not as ${planned.source.id}`
      : `${known.tenantId} is being moved from ${known.from} to ${known.to} (${known.stage}): another move can begin once that is committed`,
  });
}

/**
 * Throws `failed_precondition` when another organization has come in the place of the one whose directory is followed. What the inbox heard
 * of the former one would count as heard of this one.
 */
export function refuseReplaced(
  known: Migration | null,
  { to, target }: { readonly to: string; readonly target: OrganizationId | null },
): void {
  const enrolled = known?.to === to ? known.organizations.to : null;
  if (!known || enrolled === null || enrolled === target || !isFollowed(known)) return;
  const now = target === null ? 'is not there any more' : `is ${target} now`;
  throw new SsoError({
    code: 'failed_precondition',
    message: `${known.tenantId} is at ${known.stage} with ${enrolled}, which ${now}: roll it back to observe, then make the plan anew`,
  });
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each) => right.includes(each));
}
