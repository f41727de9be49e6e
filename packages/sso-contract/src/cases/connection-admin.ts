import type { ConnectionId, OrganizationId } from '@org/sso-core';
import { connectionSchema } from '@org/sso-core/schemas';
import type { CaseContext, Tenant } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { collect, optIn, strangerLike } from './support.js';

const requires = ['connections', 'connectionAdmin'] as const;
const needs = ['world.createConnection'] as const;

const refOf = ({ organizationId, connectionId }: Tenant) => ({ organizationId, connectionId });

/** Of a connection that need not exist, as nothing is sent. */
const anyRef = ({ owner }: CaseContext) => ({
  organizationId: `${owner.id}:org_1` as OrganizationId,
  connectionId: `${owner.id}:conn_1` as ConnectionId,
});

const settings = { identityProvider: 'okta', protocol: 'saml' } as const;

export const connectionAdminCases: readonly ContractCase[] = [
  {
    id: 'CONNADM-01',
    title: 'A deleted connection is gone.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const tenant = await createTenant();
      await sso.connectionAdmin.delete(refOf(tenant));
      await check.rejects(() => sso.connections.get(refOf(tenant)), 'not_found');
      check.equal(await collect(sso.connections.list({ organizationId: tenant.organizationId })), []);
    },
  },
  {
    id: 'CONNADM-02',
    title: 'A connection of another organization is not_found, and is not deleted.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const [acme, globex] = [await createTenant(), await createTenant()];
      const foreign = { organizationId: globex.organizationId, connectionId: acme.connectionId };
      await check.rejects(() => sso.connectionAdmin.delete(foreign), 'not_found');
      check.equal((await sso.connections.get(refOf(acme))).status, 'active');
    },
  },
  {
    id: 'CONNADM-03',
    title: 'Deleting an unknown connection is not_found.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const { organizationId, connectionId } = await createTenant();
      const ref = { organizationId, connectionId: strangerLike(connectionId) };
      await check.rejects(() => sso.connectionAdmin.delete(ref), 'not_found');
    },
  },
  {
    id: 'CONNADM-04',
    title: 'enable makes an inactive connection accept logins.',
    requires,
    features: ['connectionAdmin.enable'],
    needs,
    async run({ sso, check, createTenant }) {
      const tenant = await createTenant({ status: 'inactive' });
      const enabled = await sso.connectionAdmin.enable(refOf(tenant));
      check.shape(connectionSchema, enabled);
      check.equal([enabled.id, enabled.status], [tenant.connectionId, 'active']);
      check.equal((await sso.connections.get(refOf(tenant))).acceptsLogins, true);
    },
  },
  {
    id: 'CONNADM-05',
    title: 'enable of an incomplete connection is failed_precondition.',
    requires,
    features: ['connectionAdmin.enable'],
    needs,
    async run({ sso, check, createTenant }) {
      const tenant = await createTenant({ status: 'draft' });
      await check.rejects(() => sso.connectionAdmin.enable(refOf(tenant)), 'failed_precondition');
      check.equal((await sso.connections.get(refOf(tenant))).acceptsLogins, false);
    },
  },
  {
    id: 'CONNADM-06',
    title: 'disable makes an active connection refuse logins, and enable takes it back.',
    requires,
    features: ['connectionAdmin.enable', 'connectionAdmin.disable'],
    needs,
    async run({ sso, check, createTenant }) {
      const tenant = await createTenant();
      const disabled = await sso.connectionAdmin.disable(refOf(tenant));
      check.shape(connectionSchema, disabled);
      check.equal([disabled.status, disabled.acceptsLogins], ['inactive', false]);
      check.equal((await sso.connectionAdmin.enable(refOf(tenant))).status, 'active');
    },
  },
  {
    id: 'CONNADM-07',
    title: 'enable and disable do not reach a connection of another organization.',
    requires,
    features: ['connectionAdmin.enable', 'connectionAdmin.disable'],
    needs,
    async run({ sso, check, createTenant }) {
      const [acme, globex] = [await createTenant(), await createTenant()];
      const foreign = { organizationId: globex.organizationId, connectionId: acme.connectionId };
      await check.rejects(() => sso.connectionAdmin.disable(foreign), 'not_found');
      await check.rejects(() => sso.connectionAdmin.enable(foreign), 'not_found');
      check.equal((await sso.connections.get(refOf(acme))).status, 'active');
    },
  },
  {
    id: 'CONNADM-08',
    title: 'create answers a connection of the organization that accepts no logins before it is enabled.',
    requires,
    features: ['connectionAdmin.create'],
    async run(context) {
      const { sso, check, world, unique } = context;
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const created = await sso.connectionAdmin.create(
        { organizationId, ...settings },
        optIn(context.provider),
      );
      check.shape(connectionSchema, created);
      const { protocol, identityProvider, acceptsLogins } = created;
      check.equal({ protocol, identityProvider, acceptsLogins }, { ...settings, acceptsLogins: false });
      const found = await sso.connections.get({ organizationId, connectionId: created.id });
      check.equal(found.id, created.id);
    },
  },
  {
    id: 'CONNADM-09',
    title: 'create in an unknown organization is not_found.',
    requires,
    features: ['connectionAdmin.create'],
    async run(context) {
      const { organizationId } = await context.createCustomer();
      const input = { organizationId: strangerLike(organizationId), ...settings };
      await context.check.rejects(
        () => context.sso.connectionAdmin.create(input, optIn(context.provider)),
        'not_found',
      );
    },
  },
  {
    id: 'CONNADM-10',
    title: 'update answers the connection of the organization.',
    requires,
    features: ['connectionAdmin.update'],
    needs,
    async run(context) {
      const { sso, check, createTenant } = context;
      const tenant = await createTenant({ status: 'draft' });
      const saml = { idpMetadataUrl: 'https://idp.example/metadata' };
      const updated = await sso.connectionAdmin.update(
        refOf(tenant),
        { ...settings, saml },
        optIn(context.provider),
      );
      check.shape(connectionSchema, updated);
      check.equal([updated.id, updated.organizationId], [tenant.connectionId, tenant.organizationId]);
    },
  },
  ...(['create', 'update'] as const).map((operation, index): ContractCase => ({
    id: `CONNADM-${11 + index}`,
    title: `Where ${operation} is a preview, it is failed_precondition before any request unless the caller opts in.`,
    requires,
    features: [`connectionAdmin.${operation}=preview`],
    async run(context) {
      const { sso, check } = context;
      const ref = anyRef(context);
      const attempts = {
        create: () => sso.connectionAdmin.create({ organizationId: ref.organizationId, ...settings }),
        update: () => sso.connectionAdmin.update(ref, settings),
      };
      const error = await check.sends(0, () => check.rejects(attempts[operation], 'failed_precondition'));
      check.matches(error.message, /allowPreview/, 'the message says how to opt in');
    },
  })),
  ...(['enable', 'disable', 'create', 'update'] as const).map((operation, index): ContractCase => ({
    id: `CONNADM-${13 + index}`,
    title: `Where ${operation} is not supported, it is refused before any request, opt-in or not.`,
    requires,
    without: `connectionAdmin.${operation}`,
    async run(context) {
      const { sso, check } = context;
      const ref = anyRef(context);
      const options = optIn(context.provider);
      const attempts = {
        enable: () => sso.connectionAdmin.enable(ref, options),
        disable: () => sso.connectionAdmin.disable(ref, options),
        create: () =>
          sso.connectionAdmin.create({ organizationId: ref.organizationId, ...settings }, options),
        update: () => sso.connectionAdmin.update(ref, settings, options),
      };
      await check.unsupported(attempts[operation]);
    },
  })),
  {
    id: 'CONNADM-17',
    title: 'update does not reach a connection of another organization.',
    requires,
    features: ['connectionAdmin.update'],
    needs,
    async run(context) {
      const { sso, check, createTenant, provider } = context;
      const [acme, globex] = [await createTenant({ status: 'draft' }), await createTenant()];
      const before = await sso.connections.get(refOf(acme));
      const foreign = { organizationId: globex.organizationId, connectionId: acme.connectionId };
      const saml = { idpMetadataUrl: 'https://idp.example/metadata' };
      await check.rejects(
        () => sso.connectionAdmin.update(foreign, { ...settings, saml }, optIn(provider)),
        'not_found',
      );
      check.equal(await sso.connections.get(refOf(acme)), before);
    },
  },
];
