import type { InventoriedOrganization } from '../inventory/inventory.js';
import { about, type Draft } from './draft.js';

/** What all vendors accept. */
const maxNameLength = 200;

/** Finds the customer's organization at the target, or plans to create it. */
export function planTarget(draft: Draft): InventoriedOrganization | null {
  const target = findTarget(draft);
  if (target) compareWith(draft, target);
  else planCreation(draft);
  return target;
}

function findTarget({ source, around, find }: Draft): InventoriedOrganization | null {
  const { from, to } = around;
  const { id, tenantId } = source;
  if (tenantId === null) {
    find(
      'tenant_id_missing',
      `It has no external id, so nothing says which customer of yours it is. Give it one at ${from.provider}, or tell its tenant id by tenantIdOf.`,
      about(id),
    );
    return null;
  }
  const sources = around.sourcesOf(tenantId).filter((each) => each !== id);
  if (sources.length > 0) {
    find(
      'tenant_id_duplicate',
      `Other organizations at ${from.provider} are the same customer, "${tenantId}". Merge them or give each a tenant id of its own.`,
      about(...sources),
    );
  }
  const targets = around.targetsOf(tenantId);
  if (targets.length > 1) {
    find(
      'tenant_id_duplicate_at_target',
      `Several organizations at ${to.provider} have the external id "${tenantId}". Leave it to one of them.`,
      about(...targets.map((target) => target.id)),
    );
  }
  return targets[0] ?? null;
}

function planCreation({ source, around, options, find, actions }: Draft): void {
  const { from, to } = around;
  const { abilities } = to;
  const { id, name, tenantId } = source;
  if (!abilities.createOrganizations) {
    find(
      'organization_cannot_be_created',
      `${to.provider} does not let organizations be created by API. Create one there with the external id "${tenantId}" and plan again.`,
      about(id),
    );
  }
  if (name.trim() === '' || name.length > maxNameLength) {
    find(
      'organization_name_not_accepted',
      `Its name is ${name.trim() === '' ? 'empty' : `longer than ${maxNameLength} characters`}, which ${to.provider} would refuse. Rename it at ${from.provider}.`,
      about(id),
    );
  }
  const keys = Object.keys(source.metadata);
  if (keys.length > 0 && !options.copyMetadata) {
    find(
      'metadata_not_copied',
      'Its metadata stays behind. Plan with copyMetadata to take it along, if the target accepts its keys and lengths.',
      about(...keys),
    );
  }
  actions.push({
    action: 'create_organization',
    name,
    metadata: options.copyMetadata ? source.metadata : {},
  });
}

/** An organization may carry the tenant id by mistake. Data of two customers must never meet, so something else must agree. */
function compareWith({ source, around, find }: Draft, target: InventoriedOrganization): void {
  const { from, to } = around;
  const { name, tenantId } = source;
  const own = new Map(source.domains.map(({ domain, status }) => [domain, status]));
  const others = target.domains.map(({ domain }) => domain).filter((domain) => !own.has(domain));
  const sharesDomain = target.domains.some(({ domain }) => own.get(domain) === 'verified');
  const sameName = foldName(target.name) === foldName(name);
  const disjoint = !sharesDomain && others.length > 0 && own.size > 0;
  if (disjoint || (!sharesDomain && !sameName)) {
    find(
      'target_organization_differs',
      `${target.id} has the external id "${tenantId}" but is called "${target.name}" and has no verified domain in common with this customer. If it is the same customer, give it the same name or a common domain; otherwise take the external id from it.`,
      about(target.id, ...others),
    );
    return;
  }
  if (!sameName) {
    find(
      'target_organization_renamed',
      `It is called "${target.name}" at ${to.provider}. It is linked, and keeps that name.`,
      about(target.id),
    );
  }
  if (others.length > 0) {
    find(
      'target_organization_has_other_domains',
      `${target.id} has domains that this customer does not have at ${from.provider}. Check that they are theirs: people of these domains will be led to their identity provider.`,
      about(...others),
    );
  }
}

function foldName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
