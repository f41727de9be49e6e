import { createOkta, type Okta } from '@org/example-provisioning/okta';
import type { ScalekitEmulator } from '@org/sso-emulators';
import { connectionOf, type Customer, type Person } from './customers.js';

/** Does at Scalekit what only the customer's IT admin can: adds the connection, connects the directory and assigns everybody. */
export async function setUpAtScalekit(scalekit: ScalekitEmulator, customer: Customer): Promise<Okta | null> {
  const organization = scalekit.organizations().find(({ externalId }) => externalId === customer.tenant);
  if (!organization) throw new Error(`Scalekit has no ${customer.name} yet`);
  const { control } = scalekit;
  await control.createConnection({ organizationId: organization.id, ...connectionOf(customer) });
  if (!customer.hasDirectory) return null;
  const { id } = await control.createDirectory({
    organizationId: organization.id,
    name: `${customer.name} people`,
    identityProvider: customer.identityProvider,
  });
  const push = createOkta(await control.scimEndpoint(id));
  for (const person of customer.people) await push.assign(person);
  return push;
}

/** A customer's identity provider while both vendors are connected: it tells both of everything. */
export function both(...pushes: readonly Okta[]): {
  assign(person: Person): Promise<void>;
  deactivate(person: Person): Promise<void>;
} {
  return {
    async assign(person) {
      for (const push of pushes) await push.assign(person);
    },
    async deactivate(person) {
      for (const push of pushes) await push.deactivate(await push.assign(person));
    },
  };
}
