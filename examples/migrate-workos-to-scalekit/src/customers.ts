import type { SeedConnection, SeedDirectoryUser, SeedOrganization } from '@org/sso-emulators';

/** Somebody who works at a customer, as the customer's identity provider knows them. */
export interface Person {
  /** The identity provider's own id: what stays the same when the vendor changes. */
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface Customer {
  readonly name: string;
  /** The app's own tenant id. */
  readonly tenant: string;
  readonly domain: string;
  readonly identityProvider: SeedConnection['identityProvider'];
  readonly protocol: SeedConnection['protocol'];
  readonly hasDirectory: boolean;
  readonly people: readonly Person[];
}

const person = (id: string, domain: string, firstName: string, lastName: string): Person => ({
  id,
  email: `${firstName.toLowerCase()}@${domain}`,
  firstName,
  lastName,
});

export const acme: Customer = {
  name: 'Acme Corp',
  tenant: 'tenant_acme',
  domain: 'acme.example',
  identityProvider: 'okta',
  protocol: 'saml',
  hasDirectory: true,
  people: [
    person('00u1ada', 'acme.example', 'Ada', 'Adams'),
    person('00u1ben', 'acme.example', 'Ben', 'Baker'),
    person('00u1cleo', 'acme.example', 'Cleo', 'Cruz'),
  ],
};

export const globex: Customer = {
  name: 'Globex',
  tenant: 'tenant_globex',
  domain: 'globex.example',
  identityProvider: 'entra-id',
  protocol: 'oidc',
  hasDirectory: true,
  people: [
    person('8f14-dana', 'globex.example', 'Dana', 'Dorn'),
    person('8f14-emil', 'globex.example', 'Emil', 'Engel'),
  ],
};

export const initech: Customer = {
  name: 'Initech',
  tenant: 'tenant_initech',
  domain: 'initech.example',
  identityProvider: 'google',
  protocol: 'saml',
  hasDirectory: false,
  people: [
    person('1077-fay', 'initech.example', 'Fay', 'Fuchs'),
    person('1077-gus', 'initech.example', 'Gus', 'Green'),
  ],
};

export const customers: readonly Customer[] = [acme, globex, initech];

export function connectionOf({ name, identityProvider, protocol, people }: Customer): SeedConnection {
  return { name: `${name} sign-in`, identityProvider, protocol, users: people };
}

function directoryUserOf({ id, email, firstName, lastName }: Person): SeedDirectoryUser {
  return { id, email, userName: email, firstName, lastName, displayName: `${firstName} ${lastName}` };
}

/** A customer as WorkOS has it before anything moves. */
export function organizationOf(customer: Customer): SeedOrganization {
  const { name, tenant, domain, identityProvider, hasDirectory, people } = customer;
  return {
    name,
    externalId: tenant,
    domains: [domain],
    connections: [connectionOf(customer)],
    ...(hasDirectory && {
      directories: [{ name: `${name} people`, identityProvider, users: people.map(directoryUserOf) }],
    }),
  };
}
