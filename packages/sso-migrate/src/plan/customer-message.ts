import type { ChangedValueName, CustomerTask, PlannedOrganization } from './plan.js';

/** How values are called where an IT admin enters them. */
export const valueLabels: Readonly<Record<ChangedValueName, string>> = {
  acs_url: 'Assertion consumer service (ACS) URL',
  sp_entity_id: 'Entity ID (audience)',
  redirect_uri: 'Redirect URI',
  client_secret: 'Client secret',
  scim_endpoint: 'SCIM base URL',
  scim_token: 'SCIM bearer token',
  dns_record: 'DNS TXT record',
};

const shownInPortal = 'shown in the set-up portal';

/** What to tell the customer's IT admin; `null` when there is nothing to do. Holds no link: one is made when they are ready. */
export function customerMessage({
  name,
  customerTasks,
}: Pick<PlannedOrganization, 'name' | 'customerTasks'>): string | null {
  if (customerTasks.length === 0) return null;
  return [
    `Subject: Single sign-on set-up for ${name}`,
    '',
    'Hello,',
    '',
    'we are moving our single sign-on to another service. For a while both are in use, and nobody is logged out. Please make the changes below',
    'when it suits you; your current set-up keeps working until you tell us that you are done and we have tested it together.',
    '',
    ...customerTasks.flatMap((task, index) => describeTask(task, index + 1)),
    'Please keep your current settings beside the new ones until we confirm. When you are ready to start, answer this message: we then send you',
    'a link to a portal that guides you through. It works for a few minutes only, so we make it when you need it.',
    '',
    'Thank you',
  ].join('\n');
}

function describeTask(task: CustomerTask, number: number): string[] {
  const values = task.values.map(({ name, old, new: value }) => {
    const was = old === null ? '' : ` (now: ${old})`;
    return `   - ${valueLabels[name]}: ${value ?? shownInPortal}${was}`;
  });
  return [`${number}. ${instruction(task)}`, ...values, ''];
}

function instruction({ task, identityProvider, protocol, domains }: CustomerTask): string {
  switch (task) {
    case 'configure_connection':
      return `In ${identityProvider}, add our new single sign-on application (${protocol}) and assign the same people to it. Enter:`;
    case 'connect_directory':
      return protocol === 'scim'
        ? `In ${identityProvider}, add user provisioning (SCIM) to the new application, with the same people and groups. Enter:`
        : `Allow our new service to read your directory (${identityProvider}), as you did for the old one.`;
    case 'verify_domain':
      return `Prove once more that ${domains.length === 1 ? 'this domain is' : 'these domains are'} yours: ${domains.join(', ')}. Add${domains.length === 1 ? '' : ' to each'}:`;
  }
}
