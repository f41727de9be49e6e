/** One place where two answers differ. */
export interface FieldDifference {
  /** Such as `metadata.plan` or `[].status`; a path that ends in `[]` is an item only one side has. */
  readonly field: string;
  /** `undefined` where this side has nothing. */
  readonly primary: unknown;
  readonly shadow: unknown;
}

/** Compares what two providers answered to the same operation, such as `connections.list`. */
export type Comparison = (primary: unknown, shadow: unknown, operation: string) => readonly FieldDifference[];

export interface ComparisonOptions {
  /** Names of fields that do not count, everywhere or in one facet: `createdAt`, `connections.name`. Default {@link defaultIgnoredFields}. */
  readonly ignoredFields?: readonly string[];
}

/** What does not agree between two vendors: who they are, their ids, their clocks, their own words, switches and addresses. */
export const defaultIgnoredFields: readonly string[] = [
  'id',
  'provider',
  'vendorId',
  'organizationId',
  'directoryId',
  'connectionId',
  'userId',
  'createdAt',
  'updatedAt',
  'lastSyncedAt',
  'vendorStatus',
  'settings',
  'serviceProvider',
  'scimEndpoint',
  'connections.name',
];

/** What tells the members of a list apart wherever they are kept, best first. */
const keyFields = ['externalId', 'idpId', 'domain', 'email', 'identityProvider', 'name'] as const;

/** Case means nothing in these. */
const caseless = new Set(['domain', 'domains', 'email']);

/**
 * Compares by meaning, never by identity: ignored fields are left out, the order of lists and the case of addresses do not count, absent
 * is the same as `null`. Members of lists are matched by what they have in common across vendors: external id, the identity provider's
 * id, domain, e-mail address, identity provider, name; one member on each side is the same member.
 */
export function createComparison({
  ignoredFields = defaultIgnoredFields,
}: ComparisonOptions = {}): Comparison {
  const ignored = new Set(ignoredFields);

  function* differences(
    primary: unknown,
    shadow: unknown,
    path: string,
    name: string,
    facet: string,
  ): Generator<FieldDifference> {
    if (isRecord(primary) && isRecord(shadow)) {
      for (const key of new Set([...Object.keys(primary), ...Object.keys(shadow)])) {
        if (ignored.has(key) || ignored.has(`${facet}.${key}`)) continue;
        yield* differences(primary[key], shadow[key], path === '' ? key : `${path}.${key}`, key, facet);
      }
    } else if (Array.isArray(primary) && Array.isArray(shadow)) {
      for (const [left, right] of pairs(primary, shadow, name))
        yield* differences(left, right, `${path}[]`, name, facet);
    } else if (plain(primary, name) !== plain(shadow, name)) {
      yield { field: path, primary, shadow };
    }
  }

  return (primary, shadow, operation) => [
    ...differences(primary, shadow, '', '', operation.slice(0, operation.indexOf('.'))),
  ];
}

/** What matches a member of a list with its counterpart at another provider. */
export function counterpartKey(item: unknown): string {
  if (!isRecord(item)) return JSON.stringify(item) ?? '';
  const field = keyFields.find((name) => item[name] !== undefined && item[name] !== null);
  return field === undefined ? '' : `${field}=${plain(item[field], field)}`;
}

function* pairs(
  primary: readonly unknown[],
  shadow: readonly unknown[],
  name: string,
): Generator<readonly [unknown, unknown]> {
  const keyOf = (item: unknown) => (isRecord(item) ? counterpartKey(item) : plain(item, name));
  if (primary.length === 1 && shadow.length === 1 && isRecord(primary[0]) && isRecord(shadow[0])) {
    yield [primary[0], shadow[0]];
    return;
  }
  const unmatched = new Map<string, unknown[]>();
  for (const item of shadow) unmatched.set(keyOf(item), [...(unmatched.get(keyOf(item)) ?? []), item]);
  for (const item of primary) yield [item, unmatched.get(keyOf(item))?.shift()];
  for (const rest of unmatched.values()) for (const item of rest) yield [undefined, item];
}

/** A form in which equal values are the same text. */
function plain(value: unknown, name: string): string {
  if (value === undefined || value === null) return 'null';
  const text = JSON.stringify(value) ?? typeof value;
  return caseless.has(name) ? text.toLowerCase() : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
