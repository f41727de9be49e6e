import { organizationSchema } from '@org/sso-core/schemas';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { collect, strangerLike } from './support.js';

async function createOrganizations({ world, unique }: CaseContext, count: number) {
  const created = [];
  for (let number = 0; number < count; number += 1)
    created.push(await world.createOrganization({ name: unique('listed') }));
  return created;
}

export const organizationCases: readonly ContractCase[] = [
  {
    id: 'ORG-01',
    title: 'Listing yields every organization once, whatever the page size.',
    requires: ['organizations'],
    async run(context) {
      const { sso, check, random } = context;
      const created = await createOrganizations(context, random.integer(4, 7));
      const pageSize = random.integer(1, 3);
      const listed = (await collect(sso.organizations.list({ pageSize }))).map(({ id }) => id);
      check.equal(new Set(listed).size, listed.length, 'an organization is listed twice');
      check.equal(
        created.filter((id) => !listed.includes(id)),
        [],
        'organizations missing from the list',
      );
      const inDefaultPages = (await collect(sso.organizations.list())).map(({ id }) => id);
      check.equal(inDefaultPages.toSorted(), listed.toSorted());
    },
  },
  {
    id: 'ORG-02',
    title: 'A page holds at most pageSize items, down to one.',
    requires: ['organizations'],
    async run(context) {
      const { sso, check } = context;
      await createOrganizations(context, 3);
      const seen: string[] = [];
      for await (const { items } of sso.organizations.list({ pageSize: 1 }).byPage()) {
        check.ok(items.length <= 1, `a page of size 1 holds ${items.length} items`);
        seen.push(...items.map(({ id }) => id));
        if (seen.length >= 3) break;
      }
      check.equal(new Set(seen).size, 3);
    },
  },
  {
    id: 'ORG-03',
    title: 'A list resumes after a cursor of an earlier page, without gap or repetition.',
    requires: ['organizations'],
    async run(context) {
      const { sso, check, random } = context;
      await createOrganizations(context, random.integer(4, 7));
      const list = sso.organizations.list({ pageSize: random.integer(1, 3) });
      const all = (await collect(list)).map(({ id }) => id);
      check.equal(new Set(all).size, all.length, 'an organization is listed twice');
      for await (const { items, nextCursor } of list.byPage()) {
        check.ok(nextCursor !== null, 'there is a second page');
        const rest = list.byPage({ cursor: nextCursor! });
        const resumed = (await collect(rest)).flatMap((page) => page.items);
        check.equal(
          [...items, ...resumed].map(({ id }) => id),
          all,
        );
        break;
      }
    },
  },
  {
    id: 'ORG-04',
    title: 'get answers the organization in the neutral shape, as the list does.',
    requires: ['organizations'],
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      const organization = await sso.organizations.get(organizationId);
      check.shape(organizationSchema, organization);
      check.equal(organization.id, organizationId);
      const listed = (await collect(sso.organizations.list())).find(({ id }) => id === organizationId);
      check.shape(organizationSchema, listed);
      check.equal({ ...listed, updatedAt: null }, { ...organization, updatedAt: null });
    },
  },
  {
    id: 'ORG-05',
    title: 'get of an unknown organization is not_found.',
    requires: ['organizations'],
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      await check.rejects(() => sso.organizations.get(strangerLike(organizationId)), 'not_found');
    },
  },
  {
    id: 'ORG-06',
    title: 'getByExternalId finds the organization by your own tenant id.',
    requires: ['organizations'],
    async run({ sso, check, world, unique }) {
      const [name, externalId] = [unique('named'), unique('tenant')];
      const id = await world.createOrganization({ name, externalId });
      const organization = await sso.organizations.getByExternalId(externalId);
      check.equal(
        { id: organization.id, name: organization.name, externalId: organization.externalId },
        { id, name, externalId },
      );
    },
  },
  {
    id: 'ORG-07',
    title: 'getByExternalId of an unknown tenant is not_found.',
    requires: ['organizations'],
    async run({ sso, check, unique }) {
      await check.rejects(() => sso.organizations.getByExternalId(unique('nobody')), 'not_found');
    },
  },
  {
    id: 'ORG-08',
    title: 'An external id may hold characters that mean something in a URL.',
    requires: ['organizations'],
    async run({ sso, check, world, unique }) {
      const externalId = unique('a/b?c=d&e#f+g %2F..');
      const id = await world.createOrganization({ name: unique('odd'), externalId });
      const organization = await sso.organizations.getByExternalId(externalId);
      check.equal([organization.id, organization.externalId], [id, externalId]);
    },
  },
  {
    id: 'ORG-09',
    title: 'A page size that is no positive integer is invalid_argument before any request.',
    requires: ['organizations'],
    async run({ sso, check }) {
      for (const pageSize of [0, -1, 1.5, Number.NaN]) {
        await check.sends(0, () =>
          check.rejects(() => collect(sso.organizations.list({ pageSize })), 'invalid_argument'),
        );
      }
    },
  },
  {
    id: 'ORG-10',
    title: 'A page size beyond the cap of the vendor is lowered, not refused.',
    requires: ['organizations'],
    async run(context) {
      const { sso, check } = context;
      const [id] = await createOrganizations(context, 1);
      const listed = await collect(sso.organizations.list({ pageSize: 1_000_000 }));
      check.ok(
        listed.some((organization) => organization.id === id),
        'the organization is not listed',
      );
    },
  },
  {
    id: 'ORG-11',
    title: 'An empty page with a cursor is not the end of the list.',
    requires: ['organizations'],
    needs: ['faults', 'emptyPage'],
    async run(context) {
      const { sso, owner, check, faults, emptyPage, createClient } = context;
      await createOrganizations(context, 4);
      const options = { pageSize: 2 };
      const all = (await collect(sso.organizations.list(options))).map(({ id }) => id);
      const pages = createClient({ provider: owner }).organizations.list(options).byPage();
      for await (const { items, nextCursor } of pages) {
        check.ok(nextCursor !== null, 'there is a second page');
        await faults.next({ status: 200, body: emptyPage(nextCursor!) });
        const rest = (await collect(sso.organizations.list(options))).map(({ id }) => id);
        check.equal(rest, all.slice(items.length));
        break;
      }
    },
  },
];
