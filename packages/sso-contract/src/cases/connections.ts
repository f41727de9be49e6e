import { connectionSchema } from '@org/sso-core/schemas';
import type { ContractCase } from '../contract-case.js';
import { collect, strangerLike } from './support.js';

const requires = ['connections'] as const;
const needs = ['world.createConnection'] as const;

export const connectionCases: readonly ContractCase[] = [
  {
    id: 'CONN-01',
    title: 'get answers the connection in the neutral shape, as the list does.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const { organizationId, connectionId } = await createTenant();
      const connection = await sso.connections.get({ organizationId, connectionId });
      check.shape(connectionSchema, connection);
      check.equal([connection.id, connection.organizationId], [connectionId, organizationId]);
      const [listed] = await collect(sso.connections.list({ organizationId }));
      check.shape(connectionSchema, listed);
      check.equal(listed!.id, connectionId);
    },
  },
  {
    id: 'CONN-02',
    title: 'Filtered by organization, a list holds its connections only, and may be empty.',
    requires,
    needs,
    async run({ sso, check, createTenant, world, unique }) {
      const [acme, globex] = [await createTenant(), await createTenant()];
      for (const { organizationId, connectionId } of [acme, globex]) {
        const listed = await collect(sso.connections.list({ organizationId }));
        check.equal(
          listed.map(({ id }) => id),
          [connectionId],
        );
      }
      const organizationId = await world.createOrganization({ name: unique('bare') });
      check.equal(await collect(sso.connections.list({ organizationId })), []);
    },
  },
  {
    id: 'CONN-03',
    title: 'Filtered by domain, a list matches the whole name: neither sub-domains nor parts of it.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const { domain, connectionId } = await createTenant();
      const listed = await collect(sso.connections.list({ domain }));
      check.equal(
        listed.map(({ id }) => id),
        [connectionId],
      );
      for (const other of [`mail.${domain}`, domain.slice(1), `x${domain}`])
        check.equal(await collect(sso.connections.list({ domain: other })), [], other);
    },
  },
  {
    id: 'CONN-04',
    title: 'The domain filter takes names of more than 32 characters.',
    requires,
    needs,
    async run({ sso, check, world, unique }) {
      const domain = `${unique('a-rather-long-name-of-a-customer')}.example`;
      const organizationId = await world.createOrganization({ name: domain, domains: [domain] });
      const id = await world.createConnection({
        organizationId,
        protocol: 'saml',
        identityProvider: 'okta',
        status: 'active',
        domains: [domain],
        users: [],
      });
      const listed = await collect(sso.connections.list({ domain }));
      check.equal(
        listed.map((connection) => connection.id),
        [id],
      );
    },
  },
  {
    id: 'CONN-05',
    title: 'All given filters hold for every item.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const [acme, globex] = [await createTenant(), await createTenant()];
      const both = { organizationId: acme.organizationId, domain: acme.domain };
      check.equal(
        (await collect(sso.connections.list(both))).map(({ id }) => id),
        [acme.connectionId],
      );
      const contradictory = { organizationId: acme.organizationId, domain: globex.domain };
      check.equal(await collect(sso.connections.list(contradictory)), []);
    },
  },
  {
    id: 'CONN-06',
    title: 'Without a filter a list holds the connections of every organization, each once.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const created = [await createTenant(), await createTenant(), await createTenant()];
      const listed = (await collect(sso.connections.list({}, { pageSize: 2 }))).map(({ id }) => id);
      check.equal(new Set(listed).size, listed.length, 'a connection is listed twice');
      check.equal(
        created.filter(({ connectionId }) => !listed.includes(connectionId)),
        [],
        'missing',
      );
    },
  },
  ...(['active', 'draft', 'inactive'] as const).map((status, index): ContractCase => ({
    id: `CONN-${String(7 + index).padStart(2, '0')}`,
    title: `A connection that is ${status} at the vendor reads ${status}, is listed, and ${status === 'active' ? 'accepts' : 'does not accept'} logins.`,
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const { organizationId, connectionId } = await createTenant({ status });
      const connection = await sso.connections.get({ organizationId, connectionId });
      check.equal([connection.status, connection.acceptsLogins], [status, status === 'active']);
      check.ok(connection.vendorStatus, "the vendor's own word is beside it");
      const listed = await collect(sso.connections.list({ organizationId }));
      check.equal(
        listed.map((each) => [each.id, each.status]),
        [[connectionId, status]],
      );
    },
  })),
  {
    id: 'CONN-10',
    title: 'Protocol and well-known identity providers have one spelling.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const kinds = [
        { protocol: 'saml', identityProvider: 'okta' },
        { protocol: 'oidc', identityProvider: 'okta' },
        { protocol: 'saml', identityProvider: 'entra-id' },
        { protocol: 'oidc', identityProvider: 'generic' },
      ] as const;
      for (const kind of kinds) {
        const { organizationId, connectionId } = await createTenant(kind);
        const { protocol, identityProvider } = await sso.connections.get({ organizationId, connectionId });
        check.equal({ protocol, identityProvider }, kind);
      }
    },
  },
  {
    id: 'CONN-11',
    title: 'A connection of another organization is not_found.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const [acme, globex] = [await createTenant(), await createTenant()];
      const foreign = { organizationId: globex.organizationId, connectionId: acme.connectionId };
      await check.rejects(() => sso.connections.get(foreign), 'not_found');
    },
  },
  {
    id: 'CONN-12',
    title: 'An unknown connection is not_found.',
    requires,
    needs,
    async run({ sso, check, createTenant }) {
      const { organizationId, connectionId } = await createTenant();
      const ref = { organizationId, connectionId: strangerLike(connectionId) };
      await check.rejects(() => sso.connections.get(ref), 'not_found');
    },
  },
  {
    id: 'CONN-13',
    title:
      "Words nobody knows yet do not throw a connection away: it reads unknown, with the vendor's word beside, and accepts no logins.",
    requires,
    needs: [...needs, 'world.createUnrecognizedConnection'],
    async run({ sso, check, createTenant, world }) {
      const { organizationId, connectionId: known } = await createTenant();
      const connectionId = await world.createUnrecognizedConnection(organizationId);
      const connection = await sso.connections.get({ organizationId, connectionId });
      check.shape(connectionSchema, connection);
      check.equal(
        [connection.status, connection.protocol, connection.acceptsLogins],
        ['unknown', 'unknown', false],
      );
      check.ok(connection.vendorStatus, "the vendor's own word is beside it");
      check.equal(connection.identityProvider, connection.identityProvider.toLowerCase());
      const listed = await collect(sso.connections.list({ organizationId }));
      check.equal(listed.map(({ id }) => id).toSorted(), [known, connectionId].toSorted());
    },
  },
  {
    id: 'CONN-14',
    title: 'A malformed filter is invalid_argument before any request.',
    requires,
    async run({ sso, check }) {
      for (const filter of [{ domain: 'not a domain' }, { organisation: 'x' }, { organizationId: 'org_1' }]) {
        await check.sends(0, () =>
          check.rejects(() => collect(sso.connections.list(filter as never)), 'invalid_argument'),
        );
      }
    },
  },
];
