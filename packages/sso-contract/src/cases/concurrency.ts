import type { ContractCase } from '../contract-case.js';
import { collect, createDirectory, loginNeeds, personNamed, startLogin } from './support.js';

const dayMs = 24 * 60 * 60_000;

export const concurrencyCases: readonly ContractCase[] = [
  {
    id: 'CONC-01',
    title: 'A hundred reads at once each answer what they were asked for.',
    requires: ['organizations'],
    async run({ sso, check, createCustomer }) {
      const tenants = [await createCustomer(), await createCustomer(), await createCustomer()];
      const asked = Array.from({ length: 100 }, (_, index) => tenants[index % 3]!.organizationId);
      const answers = await Promise.all(asked.map((id) => sso.organizations.get(id)));
      check.equal(
        answers.map(({ id }) => id),
        asked,
      );
    },
  },
  {
    id: 'CONC-02',
    title: 'Logins that complete at once each answer their own person.',
    requires: ['login'],
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenants = [await createTenant(), await createTenant(), await createTenant()];
      const logins = [];
      for (let index = 0; index < 12; index += 1) logins.push(await startLogin(context, tenants[index % 3]!));
      const results = await Promise.all(
        logins.map(({ callback, begun }) => sso.login.complete({ callback, flow: begun.flow })),
      );
      check.equal(
        results.map(({ profile }) => profile.email),
        logins.map((_, index) => tenants[index % 3]!.user.email),
      );
    },
  },
  {
    id: 'CONC-03',
    title: 'One callback completed many times at once makes one login; the others are flow_reused.',
    requires: ['login'],
    needs: loginNeeds,
    async run(context) {
      const { sso, check, createTenant } = context;
      const { callback, begun } = await startLogin(context, await createTenant());
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () =>
          sso.login.complete({ callback, flow: begun.flow }).then(
            () => 'completed',
            (error: { readonly reason?: string }) => error.reason,
          ),
        ),
      );
      check.equal(outcomes.filter((outcome) => outcome === 'completed').length, 1);
      check.equal(outcomes.filter((outcome) => outcome === 'flow_reused').length, 9);
    },
  },
  {
    id: 'CONC-04',
    title: 'Lists read at once do not disturb each other.',
    requires: ['connections'],
    needs: ['world.createConnection'],
    async run({ sso, check, createTenant }) {
      const tenants = [await createTenant(), await createTenant(), await createTenant()];
      const lists = await Promise.all(
        tenants.map(({ organizationId }) => collect(sso.connections.list({ organizationId }))),
      );
      check.equal(
        lists.map((list) => list.map(({ id }) => id)),
        tenants.map(({ connectionId }) => [connectionId]),
      );
    },
  },
  {
    id: 'CONC-05',
    title: 'A hundred calls at once after the credentials ran out renew them once.',
    requires: ['organizations'],
    needs: ['clock'],
    async run({ sso, check, clock, traffic, createCustomer }) {
      const { organizationId } = await createCustomer();
      await sso.organizations.get(organizationId);
      await clock.advance(2 * dayMs);
      const recorded = await traffic.record();
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => sso.organizations.get(organizationId)),
      );
      check.equal(new Set(answers.map(({ id }) => id)), new Set([organizationId]));
      const { length: sent } = await recorded();
      check.ok(sent === 100 || sent === 101, `a hundred calls sent ${sent} requests`);
    },
  },
  {
    id: 'RATE-01',
    title: 'However many read the people of a directory at once, none is refused for haste.',
    requires: ['directories'],
    needs: ['world.directories'],
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const hired = await world.directories.hire(ref.directoryId, personNamed(context, 'Ada'));
      // More than a vendor with a limit of four a second takes on from who only tries again.
      const lists = await Promise.all(
        Array.from({ length: 13 }, () => collect(sso.directories.listUsers(ref))),
      );
      check.equal(
        lists.map((list) => list.map(({ id }) => id)),
        lists.map(() => [hired]),
      );
    },
  },
];
