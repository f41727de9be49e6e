import type { DirectoryUser } from '@org/sso-core';
import { createComparison, defaultIgnoredFields, type FieldDifference } from '@org/sso-core/compose';
import { createSampler, sampleOf, type Sampler } from '../sample.js';
import { maxExamples } from '../records.js';
import { createTextStore } from './text-store.js';
import type { Difference } from './verification.js';

/** What does not agree between two vendors about one person, beside what never does. Groups are compared by themselves. */
const ignoredOfPeople = ['idpId', 'groups', 'roles', 'attributes', 'name'];

export interface PeopleComparisonOptions {
  /** Fields that do not count, beside those that never agree. */
  readonly ignoredFields: readonly string[];
  readonly includeValues: boolean;
}

/**
 * Compares the people of two directories by their id at the identity provider. Everybody of the source is kept as text, some 200 bytes a
 * person, and compared when the target shows them.
 */
export interface PeopleComparison {
  addSource(user: DirectoryUser): void;
  /** After all of the source. */
  addTarget(user: DirectoryUser): void;
  /** A number of one's own for everybody with an id; `undefined` for those without. */
  numberOf(idpId: string | null): number | undefined;
  isAtBoth(number: number): boolean;
  idpIdOf(number: number): string;
  readonly counts: { readonly from: number; readonly to: number };
  differences(): Difference[];
}

export function createPeopleComparison({
  ignoredFields,
  includeValues,
}: PeopleComparisonOptions): PeopleComparison {
  const ignored = new Set([...defaultIgnoredFields, ...ignoredOfPeople, ...ignoredFields]);
  const compare = createComparison({ ignoredFields: [...ignored] });
  const numbers = new Map<string, number>();
  const idpIds: string[] = [];
  const sources = createTextStore();
  /** By number: whether the person is expected at the other side too, and whether they were seen there. */
  const flags: number[] = [];
  const counts = { from: 0, to: 0 };
  const withoutIdpId = { from: createSampler(), to: createSampler() };
  const duplicates = { from: createSampler(), to: createSampler() };
  const extra = createSampler();
  const differing = new Map<
    string,
    { readonly sampler: Sampler; readonly values: { from: unknown; to: unknown }[] }
  >();

  function known(side: 'from' | 'to', { id, idpId }: DirectoryUser): string | null {
    counts[side] += 1;
    if (idpId === null) withoutIdpId[side].add(id);
    return idpId;
  }

  function number(idpId: string): number {
    const found = numbers.get(idpId);
    if (found !== undefined) return found;
    numbers.set(idpId, idpIds.length);
    flags.push(0);
    return idpIds.push(idpId) - 1;
  }

  function tell({ field, primary, shadow }: FieldDifference, idpId: string): void {
    const [name = field] = field.split(/[.[]/);
    const told = differing.get(name) ?? { sampler: createSampler(), values: [] };
    differing.set(name, told);
    told.sampler.add(idpId);
    if (told.values.length < maxExamples) told.values.push({ from: primary ?? null, to: shadow ?? null });
  }

  const fieldsOf = (user: DirectoryUser) =>
    Object.fromEntries(Object.entries(user).filter(([name]) => !ignored.has(name)));

  return {
    counts,
    numberOf: (idpId) => (idpId === null ? undefined : numbers.get(idpId)),
    isAtBoth: (index) => (flags[index]! & (atSource | atTarget)) === (atSource | atTarget),
    idpIdOf: (index) => idpIds[index]!,
    addSource(user) {
      const idpId = known('from', user);
      if (idpId === null) return;
      const index = number(idpId);
      if (flags[index]! & atSource) {
        duplicates.from.add(idpId);
        return;
      }
      flags[index] = atSource | (isExpected(user) ? expected : 0);
      sources.set(index, JSON.stringify(fieldsOf(user)));
    },
    addTarget(user) {
      const idpId = known('to', user);
      if (idpId === null) return;
      const index = number(idpId);
      const isFirst = !(flags[index]! & atTarget);
      flags[index] = flags[index]! | atTarget;
      if (!isFirst) {
        duplicates.to.add(idpId);
        return;
      }
      if (!(flags[index] & atSource)) {
        if (isExpected(user)) extra.add(idpId);
        return;
      }
      const told = new Set<string>();
      for (const difference of compare(
        JSON.parse(sources.get(index)),
        fieldsOf(user),
        'directories.listUsers',
      )) {
        const [name = ''] = difference.field.split(/[.[]/);
        if (!told.has(name)) tell(difference, idpId);
        told.add(name);
      }
    },
    differences() {
      const missing = createSampler();
      for (const [index, flag] of flags.entries())
        if (flag & expected && !(flag & atTarget)) missing.add(idpIds[index]!);
      return [
        toDifference('missing', 'to', missing),
        toDifference('extra', 'to', extra),
        ...[...differing].map(([field, { sampler, values }]) => ({
          ...toDifference('differing', 'both', sampler, field),
          ...(includeValues && { values }),
        })),
        toDifference('without_idp_id', 'from', withoutIdpId.from),
        toDifference('without_idp_id', 'to', withoutIdpId.to),
        toDifference('duplicate', 'from', duplicates.from),
        toDifference('duplicate', 'to', duplicates.to),
      ].filter(({ count }) => count > 0);
    },
  };
}

const atSource = 1;
const atTarget = 2;
const expected = 4;

/** Some vendors keep people who were deactivated and others drop them, so one side alone may have them. */
function isExpected({ status }: DirectoryUser): boolean {
  return status !== 'inactive';
}

export function toDifference(
  kind: Difference['difference'],
  side: Difference['side'],
  sampler: Sampler,
  field: string | null = null,
): Difference {
  return { difference: kind, side, field, ...sampleOf(sampler) };
}
