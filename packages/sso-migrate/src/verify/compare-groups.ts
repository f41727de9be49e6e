import { createSampler } from '../sample.js';
import { toDifference, type PeopleComparison } from './compare-people.js';
import type { Difference } from './verification.js';

/** Compares the groups of two directories by name, and their members by their id at the identity provider. */
export interface GroupComparison {
  addGroup(side: 'from' | 'to', name: string): void;
  /** After the person was added to the people. Who has no id of the identity provider is told there, not here. */
  addMember(side: 'from' | 'to', group: string, idpId: string | null): void;
  readonly counts: { readonly from: number; readonly to: number };
  differences(): Difference[];
}

export function createGroupComparison(people: PeopleComparison): GroupComparison {
  const members = { from: new Map<string, number[]>(), to: new Map<string, number[]>() };
  const duplicates = { from: createSampler(), to: createSampler() };

  return {
    get counts() {
      return { from: members.from.size, to: members.to.size };
    },
    addGroup(side, name) {
      if (members[side].has(name)) duplicates[side].add(name);
      else members[side].set(name, []);
    },
    addMember(side, group, idpId) {
      const number = people.numberOf(idpId);
      if (number !== undefined) members[side].get(group)?.push(number);
    },
    differences() {
      const missing = createSampler();
      const extra = createSampler();
      const missingMembers = createSampler();
      const extraMembers = createSampler();
      for (const [name, source] of members.from) {
        const target = members.to.get(name);
        if (!target) {
          missing.add(name);
          continue;
        }
        // Who is missing altogether is told once, with the people.
        const left = new Set(source.filter((each) => people.isAtBoth(each)));
        const right = new Set(target.filter((each) => people.isAtBoth(each)));
        for (const each of left) if (!right.has(each)) missingMembers.add(`${name}: ${people.idpIdOf(each)}`);
        for (const each of right) if (!left.has(each)) extraMembers.add(`${name}: ${people.idpIdOf(each)}`);
      }
      for (const name of members.to.keys()) if (!members.from.has(name)) extra.add(name);
      return [
        toDifference('missing', 'to', missing),
        toDifference('extra', 'to', extra),
        toDifference('missing_members', 'to', missingMembers),
        toDifference('extra_members', 'to', extraMembers),
        toDifference('duplicate', 'from', duplicates.from),
        toDifference('duplicate', 'to', duplicates.to),
      ].filter(({ count }) => count > 0);
    },
  };
}
