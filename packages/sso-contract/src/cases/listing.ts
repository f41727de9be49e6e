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
  {
    id: 'LIST-04',
    title: "An abort between two pages throws the caller's own reason, and no more is sent.",
    requires,
    async run({ sso, check, world, unique }) {
      for (const word of ['first', 'second']) await world.createOrganization({ name: unique(word) });
      const controller = new AbortController();
      const list = sso.organizations.list({ pageSize: 1, signal: controller.signal });
      const pages = list.byPage()[Symbol.asyncIterator]();
      await pages.next();
      const reason = new Error('the import was stopped');
      controller.abort(reason);
      const thrown: unknown = await check.sends(0, () => pages.next().catch((error: unknown) => error));
      check.ok(thrown === reason, 'another error was thrown');
    },
  },
  {
    id: 'LIST-05',
    title: "An abort while a page is on its way throws the caller's own reason at once.",
    requires,
    needs: ['faults'],
    async run({ sso, check, faults }) {
      await faults.next({ delayMs: 5000, times: 20 });
      const controller = new AbortController();
      const reason = { why: 'the import was stopped' };
      setTimeout(() => controller.abort(reason), 50);
      const startedAt = performance.now();
      const { signal } = controller;
      const thrown: unknown = await collect(sso.organizations.list({ signal })).catch(
        (error: unknown) => error,
      );
      check.ok(thrown === reason, 'another error was thrown');
      check.ok(performance.now() - startedAt < 4500, 'it took far longer than the abort');
    },
  },
  {
    id: 'LIST-06',
    title: 'A page that takes longer than timeoutMs is deadline_exceeded, not the end of the list.',
    requires,
    needs: ['faults'],
    async run({ sso, check, faults }) {
      await faults.next({ delayMs: 5000, times: 20 });
      await check.rejects(() => collect(sso.organizations.list({ timeoutMs: 150 })), 'deadline_exceeded');
    },
  },
];
