import type { InventoriedOrganization } from '../inventory/inventory.js';
import { customerMessage } from './customer-message.js';
import { about, createDraft, type Draft } from './draft.js';
import { planConnections } from './plan-connections.js';
import { planDirectories } from './plan-directories.js';
import { planDomains } from './plan-domains.js';
import { planTarget } from './plan-target.js';
import type { PlannedOrganization, PlanOptions } from './plan.js';
import type { Surroundings } from './surroundings.js';

/** One customer's part of a plan. Pure: what it knows of the world is in its arguments. */
export function planOrganization(
  source: InventoriedOrganization,
  around: Surroundings,
  options: PlanOptions,
): PlannedOrganization {
  const { id, name, tenantId, fingerprint } = source;
  const draft = createDraft(source, around, options);
  const { findings, actions, customerTasks } = draft;
  const target = planTarget(draft);
  const domains = planDomains(draft, target);
  const connections = planConnections(draft, target);
  const directories = planDirectories(draft, target);
  planSettings(draft, target, { sso: connections.length > 0, directorySync: directories.length > 0 });
  if (connections.length === 0 && directories.length === 0) {
    draft.find(
      'nothing_to_move',
      'It has neither a connection that accepts logins nor a directory.',
      about(id),
    );
  }
  const isBlocked = findings.some(({ severity }) => severity === 'blocks');
  const planned = {
    tenantId,
    name,
    state: isBlocked ? ('blocked' as const) : ('ready' as const),
    source: { id, fingerprint },
    target: target && { id: target.id, fingerprint: target.fingerprint },
    domains,
    actions,
    customerTasks,
    findings,
  };
  return { ...planned, message: customerMessage(planned) };
}

function planSettings(
  { around, actions }: Draft,
  target: InventoriedOrganization | null,
  uses: { readonly sso: boolean; readonly directorySync: boolean },
): void {
  if (!around.to.abilities.organizationSettings) return;
  const settings = {
    ...(uses.sso && !target?.settings?.sso && { sso: true as const }),
    ...(uses.directorySync && !target?.settings?.directorySync && { directorySync: true as const }),
  };
  if (Object.keys(settings).length > 0) actions.push({ action: 'enable_settings', settings });
}
