import type { DirectoryRef } from '@org/sso-core';
import { membersOf, type FacetName, type SsoProvider } from '@org/sso-core/provider';
import { lastNames, type CaseContext, type Tenant } from '../case-context.js';
import type { Ability, NewPerson } from '../harness.js';
import type { Random } from '../random.js';

/** An id like this one, as well-formed as it, that nobody has. */
export function strangerLike<Id extends string>(id: Id): Id {
  const [start = '', end = ''] = id.split(/_(?!.*_)/);
  return `${start}_${'1'.repeat(Math.max(end.length, 19))}` as Id;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** What it takes to sign somebody in. */
export const loginNeeds = ['world.createConnection', 'world.signIn'] as const satisfies readonly Ability[];

/** A login up to the moment the browser comes back. */
export async function startLogin({ sso, world }: CaseContext, tenant: Tenant) {
  const begun = await sso.login.begin({ connection: tenant.connectionId });
  const callback = await world.signIn(begun.url, { email: tenant.user.email });
  return { begun, callback };
}

export function withParameters(url: string, changes: Readonly<Record<string, string | null>>): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed.href;
}

/** The text with one character changed. */
export function corrupt(text: string, random: Random): string {
  // Not the last one of a part: in base64 some of its bits mean nothing.
  const places = [...text.matchAll(/[^.](?=[^.])/g)].map(({ index }) => index);
  const place = random.pick(places);
  return text.slice(0, place) + (text[place] === 'A' ? 'B' : 'A') + text.slice(place + 1);
}

/** Calls every method of a facet's client as an app would that knows nothing. */
export function callAll({ sso }: CaseContext, facet: FacetName): (() => Promise<unknown>)[] {
  const methods = Object.values<unknown>({ ...sso[facet] }).filter((member) => typeof member === 'function');
  return methods.map((method) => async () => {
    const answer: unknown = method({}, {});
    return answer instanceof Promise ? answer : collect(answer as AsyncIterable<unknown>);
  });
}

/** A customer with an active directory of Okta and nobody in it. */
export async function createDirectory({ world, unique }: CaseContext): Promise<DirectoryRef> {
  const name = unique('acme');
  const organizationId = await world.createOrganization({ name, domains: [`${name}.example`] });
  const directoryId = await world.directories.createDirectory({
    organizationId,
    name,
    identityProvider: 'okta',
    status: 'active',
  });
  return { organizationId, directoryId };
}

/** Somebody new. */
export function personNamed({ unique, random }: CaseContext, firstName: string): NewPerson {
  const id = unique(firstName.toLowerCase());
  return { id, email: `${id}@acme.example`, firstName, lastName: random.pick(lastNames) };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Call options with which previews are taken. */
export function optIn(provider: SsoProvider) {
  return {
    providerOptions: Object.fromEntries(membersOf(provider).map(({ id }) => [id, { allowPreview: true }])),
  };
}
