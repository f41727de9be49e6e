import { SsoError, type OrganizationId } from '@org/sso-core';
import type { MigrationStore } from '@org/sso-core/migration';
import type { OrganizationReader } from '../inventory/read-organization.js';
import { allOrganizations } from '../inventory/take-inventory.js';
import { mapInOrder } from '../map-in-order.js';
import type { CallSettings, Side } from '../side.js';
import type { ReadyOrganization } from './apply-organization.js';
import { refuseOther, refuseReplaced } from './enroll.js';
import { explains, stepNamed } from './steps.js';

export interface CheckPlan {
  readonly from: Side;
  readonly to: Side;
  readonly store: MigrationStore;
  /** What is to be applied; iterated several times. */
  readonly selected: Iterable<ReadyOrganization>;
  readonly readers: { readonly from: OrganizationReader; readonly to: OrganizationReader };
  readonly ahead: number;
  readonly settings: CallSettings;
}

interface AtTarget {
  readonly id: OrganizationId;
  readonly fingerprint: string;
}

/**
 * Reads anew what the plan rests on: the chosen organizations at both sides, and who has their domains at the target. What an earlier run
 * made there is no change. Throws `failed_precondition`; writes nothing.
 */
export async function checkPlan(check: CheckPlan): Promise<void> {
  const stale: string[] = [];
  let count = 0;
  const target = await readTarget(check);
  const sources = mapInOrder(
    check.selected,
    check.ahead,
    async (planned, signal) => ({
      planned,
      holds: await sourceHolds(check, planned, { ...check.settings, signal }),
    }),
    check.settings.signal,
  );
  for await (const { planned, holds } of sources) {
    count += 1;
    const { name, tenantId } = planned;
    const reason = holds
      ? await targetReason(check, planned, target)
      : `changed at ${check.from.provider.id}`;
    if (reason !== null) stale.push(`${name} (${tenantId}) ${reason}`);
  }
  if (stale.length === 0) return;
  const more = stale.length > maxShown ? `; and ${stale.length - maxShown} more` : '';
  throw new SsoError({
    code: 'failed_precondition',
    message: `The plan does not hold any more for ${stale.length} of ${count} organizations: ${stale.slice(0, maxShown).join('; ')}${more}. Nothing was written: make the plan anew`,
  });
}

const maxShown = 3;

async function sourceHolds(
  { from, readers }: CheckPlan,
  { source }: ReadyOrganization,
  settings: CallSettings,
): Promise<boolean> {
  try {
    const organization = await from.call(
      (client, options) => client.organizations.get(source.id, options),
      settings,
    );
    return (await readers.from.read(organization, settings)).fingerprint === source.fingerprint;
  } catch (error) {
    if (SsoError.isInstance(error) && error.code === 'not_found') return false;
    throw error;
  }
}

interface Target {
  /** By external id. */
  readonly organizations: ReadonlyMap<string, readonly AtTarget[]>;
  /** Organizations that have a domain some chosen organization is to get. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
}

async function readTarget({ to, selected, readers, ahead, settings }: CheckPlan): Promise<Target> {
  const organizations = new Map<string, AtTarget[]>();
  const owners = new Map<string, string[]>();
  for (const { tenantId, actions } of selected) {
    organizations.set(tenantId, []);
    for (const action of actions) if (action.action === 'create_domain') owners.set(action.domain, []);
  }
  const read = mapInOrder(
    allOrganizations(to, settings),
    ahead,
    async (organization, signal) => {
      const { id, externalId } = organization;
      const isChosen = externalId !== null && organizations.has(externalId);
      if (!isChosen) {
        const domains =
          owners.size > 0 ? await readers.to.readDomains(organization, { ...settings, signal }) : [];
        return { id, externalId, domains, fingerprint: '' };
      }
      const { domains, fingerprint } = await readers.to.read(organization, { ...settings, signal });
      return { id, externalId, domains, fingerprint };
    },
    settings.signal,
  );
  for await (const { id, externalId, domains, fingerprint } of read) {
    if (externalId !== null) organizations.get(externalId)?.push({ id, fingerprint });
    for (const { domain } of domains) owners.get(domain)?.push(id);
  }
  return { organizations, owners };
}

/** Why the plan does not hold at the target, or `null`. */
async function targetReason(
  { from, to, store }: CheckPlan,
  planned: ReadyOrganization,
  { organizations, owners }: Target,
): Promise<string | null> {
  const name = to.provider.id;
  const known = await store.get(planned.tenantId);
  refuseOther(known, { planned, from: from.provider.id, to: name });
  const there = organizations.get(planned.tenantId) ?? [];
  if (there.length > 1) return `has its external id twice at ${name}`;
  const [found] = there;
  refuseReplaced(known, { to: name, target: found?.id ?? null });
  const steps = await store.steps(planned.tenantId);
  const step = stepNamed(steps, name, 'organization');
  if (found ? !explains(step, found.id) : planned.target !== null) {
    if (!found) return `is not at ${name} any more`;
    if (planned.target === null) return `was created at ${name} by somebody else`;
    if (planned.target.id !== found.id) return `is another organization at ${name} now`;
    if (planned.target.fingerprint !== found.fingerprint) return `changed at ${name}`;
  }
  for (const action of planned.actions) {
    if (action.action !== 'create_domain') continue;
    const owner = owners.get(action.domain)?.find((id) => id !== found?.id);
    if (owner !== undefined) return `wants ${action.domain}, which ${owner} has at ${name}`;
  }
  return null;
}
