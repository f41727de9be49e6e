import type { ContractCase } from '../contract-case.js';
import { collect } from './support.js';

const requires = ['organizations'] as const;

export const listingCases: readonly ContractCase[] = [
  {
    id: 'LIST-01',
    title: 'A list sends nothing before it is read.',
    requires,
    async run({ sso, check }) {
      await check.sends(0, async () => {
        const list = sso.organizations.list();
        list.byPage();
        list[Symbol.asyncIterator]();
      });
    },
  },
  {
    id: 'LIST-02',
    title: 'A reader who stops early causes no further requests.',
    requires,
    async run({ sso, check, world, unique }) {
      for (const word of ['first', 'second', 'third']) await world.createOrganization({ name: unique(word) });
      await collect(sso.organizations.list());
      await check.sends(1, async () => {
        for await (const organization of sso.organizations.list({ pageSize: 1 })) return organization;
      });
    },
  },
  {
    id: 'LIST-03',
    title: 'Each iteration of a list starts anew and sees what changed.',
    requires,
    async run({ sso, check, world, unique }) {
      const list = sso.organizations.list();
      const before = await collect(list);
      const id = await world.createOrganization({ name: unique('later') });
      const after = await collect(list);
      check.equal(
        [before, after].map((all) => all.some((each) => each.id === id)),
        [false, true],
      );
    },
  },
];
