import type { FacetName } from '@org/sso-core/provider';
import type { CaseContext, Tenant } from '../case-context.js';

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

/** The text with one character in its middle changed. */
export function corrupt(text: string): string {
  const middle = Math.floor(text.length / 2);
  return text.slice(0, middle) + (text[middle] === 'A' ? 'B' : 'A') + text.slice(middle + 1);
}

/** Calls every method of a facet's client as an app would that knows nothing. */
export function callAll({ sso }: CaseContext, facet: FacetName): (() => Promise<unknown>)[] {
  const methods = Object.values<unknown>({ ...sso[facet] }).filter((member) => typeof member === 'function');
  return methods.map((method) => async () => {
    const answer: unknown = method({}, {});
    return answer instanceof Promise ? answer : collect(answer as AsyncIterable<unknown>);
  });
}
