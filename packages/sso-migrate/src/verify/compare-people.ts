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
  /** Answers `false` when the listing showed this very entry before. */
  addSource(user: DirectoryUser): boolean;
  /** After all of the source. */
  addTarget(user: DirectoryUser): boolean;
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
  /** By number: the entry's id, and what is compared of it. */
  const sources = createTextStore();
  const targetIds = createTextStore();
  const otherIds = new Set<string>();
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

  /** Tells of an entry that has no number of its own, once. */
  function addOther(side: 'from' | 'to', id: string, sampler: Sampler, example: string): boolean {
    if (otherIds.has(id)) return false;
    otherIds.add(id);
    counts[side] += 1;
    sampler.add(example);
    return true;
  }

  function addDuplicate(side: 'from' | 'to', idpId: string, id: string, knownId: string): boolean {
    return id !== knownId && addOther(side, id, duplicates[side], idpId);
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

  /** What is compared of somebody, equal for people who are. What is absent and what is `null` are the same. */
  function textOf(user: DirectoryUser): string {
    const fields = Object.entries(user).filter(([name, value]) => value !== null && !ignored.has(name));
    return JSON.stringify(Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1))));
  }

  return {
    counts,
    numberOf: (idpId) => (idpId === null ? undefined : numbers.get(idpId)),
    isAtBoth: (index) => (flags[index]! & (atSource | atTarget)) === (atSource | atTarget),
    idpIdOf: (index) => idpIds[index]!,
    addSource(user) {
      const { id, idpId } = user;
      if (idpId === null) return addOther('from', id, withoutIdpId.from, id);
      const index = number(idpId);
      if (flags[index]! & atSource)
        return addDuplicate('from', idpId, id, sources.get(index).split('\n', 1)[0]!);
      counts.from += 1;
      flags[index] = atSource | (isExpected(user) ? expected : 0);
      sources.set(index, `${id}\n${textOf(user)}`);
      return true;
    },
    addTarget(user) {
      const { id, idpId } = user;
      if (idpId === null) return addOther('to', id, withoutIdpId.to, id);
      const index = number(idpId);
      const flag = flags[index]!;
      if (flag & atTarget) return addDuplicate('to', idpId, id, targetIds.get(index));
      counts.to += 1;
      flags[index] = flag | atTarget;
      targetIds.set(index, id);
      if (!(flag & atSource)) {
        if (isExpected(user)) extra.add(idpId);
        return true;
      }
      const kept = sources.get(index);
      const source = kept.slice(kept.indexOf('\n') + 1);
      const target = textOf(user);
      if (source === target) return true;
      const told = new Set<string>();
      for (const found of compare(JSON.parse(source), JSON.parse(target), 'directories.listUsers')) {
        const [name = ''] = found.field.split(/[.[]/);
        if (!told.has(name)) tell(found, idpId);
        told.add(name);
      }
      return true;
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
