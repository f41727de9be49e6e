import type { FacetName } from '@org/sso-core/provider';
import type { CaseContext, Tenant } from '../case-context.js';

/** A well-formed id of the provider under test that nobody has. */
export function missingId({ provider }: CaseContext, prefix: string): never {
  return `${provider.id}:${prefix}_00000000000000000000000000` as never;
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
  const client = sso[facet] as unknown as Record<string, (...input: readonly unknown[]) => unknown>;
  return Object.keys(client).map((method) => async () => {
    const answer = client[method]!({}, {});
    return answer instanceof Promise ? answer : collect(answer as AsyncIterable<unknown>);
  });
}
