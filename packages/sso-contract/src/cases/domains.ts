import { domainSchema } from '@org/sso-core/schemas';
import type { ContractCase } from '../contract-case.js';
import { collect, strangerLike } from './support.js';

const requires = ['domains'] as const;

export const domainCases: readonly ContractCase[] = [
  {
    id: 'DOM-01',
    title: 'create answers the domain of the organization, and get and the list answer the same.',
    requires,
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const domain = `${unique('acme')}.example`;
      const created = await sso.domains.create({ organizationId, domain });
      check.shape(domainSchema, created);
      check.equal([created.organizationId, created.domain], [organizationId, domain]);
      const found = await sso.domains.get({ organizationId, domainId: created.id });
      check.equal({ ...found, updatedAt: null }, { ...created, updatedAt: null });
      const listed = await collect(sso.domains.list({ organizationId }));
      check.equal(
        listed.map(({ id }) => id),
        [created.id],
      );
    },
  },
  {
    id: 'DOM-02',
    title: 'A list holds the domains of its organization only, and may be empty.',
    requires,
    async run({ sso, check, createCustomer, world, unique }) {
      const [acme, globex] = [await createCustomer(), await createCustomer()];
      const ofAcme = await collect(sso.domains.list({ organizationId: acme.organizationId }));
      check.equal(
        ofAcme.map(({ domain }) => domain),
        [acme.domain],
      );
      const ofGlobex = await collect(sso.domains.list({ organizationId: globex.organizationId }));
      check.equal(
        ofGlobex.map(({ domain }) => domain),
        [globex.domain],
      );
      const organizationId = await world.createOrganization({ name: unique('bare') });
      check.equal(await collect(sso.domains.list({ organizationId })), []);
    },
  },
  {
    id: 'DOM-03',
    title: 'Adding a domain twice is already_exists.',
    requires,
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const domain = `${unique('acme')}.example`;
      await sso.domains.create({ organizationId, domain });
      await check.rejects(() => sso.domains.create({ organizationId, domain }), 'already_exists');
    },
  },
  {
    id: 'DOM-04',
    title: 'A domain of another organization is not_found, and is not deleted either.',
    requires,
    async run({ sso, check, createCustomer }) {
      const [acme, globex] = [await createCustomer(), await createCustomer()];
      const [own] = await collect(sso.domains.list({ organizationId: acme.organizationId }));
      const foreign = { organizationId: globex.organizationId, domainId: own!.id };
      await check.rejects(() => sso.domains.get(foreign), 'not_found');
      await check.rejects(() => sso.domains.verify(foreign), 'not_found');
      await check.rejects(() => sso.domains.delete(foreign), 'not_found');
      const kept = await sso.domains.get({ organizationId: acme.organizationId, domainId: own!.id });
      check.equal(kept.id, own!.id);
    },
  },
  {
    id: 'DOM-05',
    title: 'An unknown domain is not_found.',
    requires,
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      const [domain] = await collect(sso.domains.list({ organizationId }));
      const ref = { organizationId, domainId: strangerLike(domain!.id) };
      await check.rejects(() => sso.domains.get(ref), 'not_found');
      await check.rejects(() => sso.domains.verify(ref), 'not_found');
      await check.rejects(() => sso.domains.delete(ref), 'not_found');
    },
  },
  {
    id: 'DOM-06',
    title: 'A deleted domain is gone.',
    requires,
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      const [domain] = await collect(sso.domains.list({ organizationId }));
      await sso.domains.delete({ organizationId, domainId: domain!.id });
      check.equal(await collect(sso.domains.list({ organizationId })), []);
      await check.rejects(() => sso.domains.get({ organizationId, domainId: domain!.id }), 'not_found');
    },
  },
  {
    id: 'DOM-07',
    title: 'verify answers the domain with the state after the check, and pending is no error.',
    requires,
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const { id: domainId } = await sso.domains.create({
        organizationId,
        domain: `${unique('acme')}.example`,
      });
      const domain = await sso.domains.verify({ organizationId, domainId });
      check.shape(domainSchema, domain);
      check.equal(domain.id, domainId);
      check.ok(['pending', 'verified'].includes(domain.status), `the status is ${domain.status}`);
    },
  },
  {
    id: 'DOM-08',
    title: 'With verifiedOnCreate a new domain is verified at once.',
    requires,
    features: ['domains.verifiedOnCreate'],
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const { status } = await sso.domains.create({ organizationId, domain: `${unique('acme')}.example` });
      check.equal(status, 'verified');
    },
  },
  {
    id: 'DOM-09',
    title: 'Without verifiedOnCreate a new domain is pending.',
    requires,
    without: 'domains.verifiedOnCreate',
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const { status } = await sso.domains.create({ organizationId, domain: `${unique('acme')}.example` });
      check.equal(status, 'pending');
    },
  },
  {
    id: 'DOM-10',
    title: 'What is no host name is invalid_argument before any request.',
    requires,
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      for (const domain of ['', 'acme example', 'https://acme.example', 'ada@acme.example']) {
        await check.sends(0, () =>
          check.rejects(() => sso.domains.create({ organizationId, domain }), 'invalid_argument'),
        );
      }
    },
  },
];
