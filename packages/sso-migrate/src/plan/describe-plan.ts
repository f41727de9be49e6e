import { valueLabels } from './customer-message.js';
import type { CustomerTask, Plan, PlannedAction, PlannedOrganization } from './plan.js';

/** A plan as text, line by line. */
export function* describePlan(plan: Plan): Generator<string> {
  const { from, to, counts } = plan;
  yield `Plan of ${plan.madeAt}: ${from.provider} (${from.environment}) to ${to.provider} (${to.environment})`;
  yield `${counts.organizations} organizations, ${counts.ready} ready, ${counts.blocked} blocked; ${counts.actions} changes at ${to.provider}, ${counts.customerTasks} tasks for customers, ${counts.findings.warns} warnings`;
  for (const organization of plan.organizations) yield* describeOrganization(organization, to.provider);
}

/** One customer's part as text, line by line. */
export function* describeOrganization(planned: PlannedOrganization, target: string): Generator<string> {
  yield '';
  yield `${planned.name} (${planned.tenantId ?? planned.source.id}): ${planned.state}`;
  for (const { severity, code, message } of planned.findings) {
    yield `  ${severity === 'blocks' ? 'BLOCKED' : 'warning'} ${code}: ${message}`;
  }
  if (planned.target) yield `  linked with ${planned.target.id}`;
  for (const action of planned.actions) yield `  ${target}: ${describeAction(action)}`;
  for (const task of planned.customerTasks) yield* describeTask(task);
  if (planned.actions.length === 0 && planned.customerTasks.length === 0) yield '  nothing to do';
}

function describeAction(action: PlannedAction): string {
  switch (action.action) {
    case 'create_organization':
      return `create the organization "${action.name}"`;
    case 'enable_settings':
      return `switch on ${Object.keys(action.settings).join(' and ')}`;
    case 'create_domain':
      return `add the domain ${action.domain}${action.verifiedAtOnce ? ', verified at once' : ', to be proven by the customer'}`;
    case 'create_connection':
      return `create an empty ${action.identityProvider} connection (${action.protocol}), a preview feature`;
  }
}

function* describeTask({
  task,
  source,
  identityProvider,
  domains,
  portalIntent,
  values,
}: CustomerTask): Generator<string> {
  const what = {
    configure_connection: 'configure',
    connect_directory: 'connect',
    verify_domain: 'prove',
  }[task];
  const subject = source === null ? ` ${domains.join(', ')}` : ` ${identityProvider} (${source})`;
  const where = portalIntent === null ? '' : `, in the portal (${portalIntent})`;
  yield `  customer's IT admin: ${what}${subject}${where}`;
  for (const { name, old, new: value } of values) {
    yield `    ${valueLabels[name]}: ${old ?? 'unknown'} → ${value ?? 'shown in the portal'}`;
  }
}
