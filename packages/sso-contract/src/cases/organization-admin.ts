import { organizationSchema } from '@org/sso-core/schemas';
import type { ContractCase } from '../contract-case.js';
import { collect, createDirectory, strangerLike } from './support.js';

const requires = ['organizations', 'organizationAdmin'] as const;

export const organizationAdminCases: readonly ContractCase[] = [
  {
    id: 'ORGADM-01',
    title: 'create answers the new organization with all that was given, and get then answers the same.',
    requires,
    async run({ sso, check, unique }) {
      const input = {
        name: unique('Acme'),
        externalId: unique('tenant'),
        metadata: { tier: 'gold', region: 'eu' },
      };
      const created = await sso.organizationAdmin.create(input);
      check.shape(organizationSchema, created);
      const { name, externalId, metadata } = created;
      check.equal({ name, externalId, metadata }, input);
      const found = await sso.organizations.get(created.id);
      check.equal({ ...found, updatedAt: null }, { ...created, updatedAt: null });
    },
  },
  {
    id: 'ORGADM-02',
    title: 'create with a taken external id is already_exists.',
    requires,
    async run({ sso, check, unique }) {
      const externalId = unique('tenant');
      await sso.organizationAdmin.create({ name: unique('first'), externalId });
      await check.rejects(
        () => sso.organizationAdmin.create({ name: unique('second'), externalId }),
        'already_exists',
      );
    },
  },
  {
    id: 'ORGADM-03',
    title: 'Malformed input is invalid_argument before any request.',
    requires: ['organizationAdmin'],
    async run({ sso, check, unique }) {
      const name = unique('bad');
      const malformed = [{}, { name: '' }, { name, surprise: 1 }, { name, metadata: { count: 1 } }];
      for (const input of malformed) {
        await check.sends(0, () =>
          check.rejects(() => sso.organizationAdmin.create(input as never), 'invalid_argument'),
        );
      }
    },
  },
  {
    id: 'ORGADM-04',
    title: 'update changes what is given and leaves absent fields as they are.',
    requires,
    async run({ sso, check, unique }) {
      const externalId = unique('tenant');
      const created = await sso.organizationAdmin.create({
        name: unique('before'),
        externalId,
        metadata: { tier: 'gold' },
      });
      const name = unique('after');
      const updated = await sso.organizationAdmin.update(created.id, { name });
      check.shape(organizationSchema, updated);
      check.equal([updated.name, updated.externalId, updated.metadata], [name, externalId, { tier: 'gold' }]);
      check.equal((await sso.organizations.get(created.id)).name, name);
    },
  },
  {
    id: 'ORGADM-05',
    title: 'update with metadata replaces all of it.',
    requires,
    async run({ sso, check, unique }) {
      const { id } = await sso.organizationAdmin.create({
        name: unique('Acme'),
        metadata: { tier: 'gold', region: 'eu' },
      });
      await sso.organizationAdmin.update(id, { metadata: { tier: 'silver' } });
      check.equal((await sso.organizations.get(id)).metadata, { tier: 'silver' });
      await sso.organizationAdmin.update(id, { metadata: {} });
      check.equal((await sso.organizations.get(id)).metadata, {});
    },
  },
  {
    id: 'ORGADM-06',
    title: 'update with externalId null removes it, and another organization may then take it.',
    requires,
    async run({ sso, check, unique }) {
      const externalId = unique('tenant');
      const { id } = await sso.organizationAdmin.create({ name: unique('old'), externalId });
      await sso.organizationAdmin.update(id, { externalId: null });
      check.equal((await sso.organizations.get(id)).externalId, null);
      const heir = await sso.organizationAdmin.create({ name: unique('new'), externalId });
      check.equal((await sso.organizations.getByExternalId(externalId)).id, heir.id);
    },
  },
  {
    id: 'ORGADM-07',
    title: 'update to a taken external id is already_exists and changes nothing.',
    requires,
    async run({ sso, check, unique }) {
      const [taken, own] = [unique('tenant'), unique('tenant')];
      await sso.organizationAdmin.create({ name: unique('first'), externalId: taken });
      const { id } = await sso.organizationAdmin.create({ name: unique('second'), externalId: own });
      await check.rejects(() => sso.organizationAdmin.update(id, { externalId: taken }), 'already_exists');
      check.equal((await sso.organizations.get(id)).externalId, own);
    },
  },
  {
    id: 'ORGADM-08',
    title: 'update and delete of an unknown organization are not_found.',
    requires,
    async run({ sso, check, createCustomer }) {
      const id = strangerLike((await createCustomer()).organizationId);
      await check.rejects(() => sso.organizationAdmin.update(id, { name: 'nobody' }), 'not_found');
      await check.rejects(() => sso.organizationAdmin.delete(id), 'not_found');
    },
  },
  {
    id: 'ORGADM-09',
    title: 'A deleted organization is gone, and so are its connections.',
    requires: ['organizations', 'organizationAdmin', 'connections'],
    needs: ['world.createConnection'],
    async run({ sso, check, createTenant }) {
      const { organizationId, connectionId } = await createTenant();
      await sso.organizationAdmin.delete(organizationId);
      await check.rejects(() => sso.organizations.get(organizationId), 'not_found');
      await check.rejects(() => sso.connections.get({ organizationId, connectionId }), 'not_found');
    },
  },
  {
    id: 'ORGADM-10',
    title: 'updateSettings switches single sign-on and leaves the other switch as it is.',
    requires,
    features: ['organizationAdmin.settings'],
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      const { settings: before } = await sso.organizations.get(organizationId);
      const updated = await sso.organizationAdmin.updateSettings(organizationId, { sso: !before!.sso });
      check.shape(organizationSchema, updated);
      check.equal(updated.settings, { ...before, sso: !before!.sso });
      check.equal((await sso.organizations.get(organizationId)).settings, updated.settings);
    },
  },
  {
    id: 'ORGADM-11',
    title:
      'Where organizations have no settings they read null and updateSettings is refused before any request.',
    requires,
    without: 'organizationAdmin.settings',
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      check.equal((await sso.organizations.get(organizationId)).settings, null);
      await check.unsupported(() => sso.organizationAdmin.updateSettings(organizationId, { sso: true }));
    },
  },
  {
    id: 'ORGADM-12',
    title: 'A create whose answer is lost makes one organization at most.',
    requires,
    needs: ['faults'],
    async run({ sso, check, faults, unique }) {
      const name = unique('once');
      await faults.next({ status: 503, afterHandler: true });
      await sso.organizationAdmin.create({ name }).catch(() => undefined);
      await faults.clear();
      const made = (await collect(sso.organizations.list())).filter((each) => each.name === name);
      check.equal(made.length, 1);
    },
  },
  {
    id: 'ORGADM-13',
    title: 'A delete whose answer is lost counts as done.',
    requires,
    needs: ['faults'],
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      await sso.organizations.get(organizationId);
      await faults.next({ status: 503, body: '{}', afterHandler: true });
      await check.sends(2, () => sso.organizationAdmin.delete(organizationId));
      await check.rejects(() => sso.organizations.get(organizationId), 'not_found');
    },
  },
  {
    id: 'ORGADM-14',
    title: 'The directories of a deleted organization are gone.',
    requires: ['organizationAdmin', 'directories'],
    needs: ['world.directories'],
    async run(context) {
      const { sso, check } = context;
      const ref = await createDirectory(context);
      await sso.organizationAdmin.delete(ref.organizationId);
      await check.rejects(() => sso.directories.get(ref), 'not_found');
    },
  },
  {
    id: 'ORGADM-15',
    title: 'updateSettings of an unknown organization is not_found.',
    requires,
    features: ['organizationAdmin.settings'],
    async run({ sso, check, createCustomer }) {
      const id = strangerLike((await createCustomer()).organizationId);
      await check.rejects(() => sso.organizationAdmin.updateSettings(id, { sso: true }), 'not_found');
    },
  },
];
