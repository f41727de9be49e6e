import type { FacetName } from '@org/sso-core/provider';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { collect, optIn } from './support.js';

type Call = () => Promise<unknown>;

/** Every operation that takes an id, called with these. */
const callsWith: Readonly<
  Record<string, (context: CaseContext, foreign: never, own: never) => readonly Call[]>
> = {
  organizations: ({ sso }, id) => [() => sso.organizations.get(id)],
  organizationAdmin: ({ sso }, id) => [
    () => sso.organizationAdmin.update(id, { name: 'x' }),
    () => sso.organizationAdmin.delete(id),
  ],
  domains: ({ sso }, id, own) => [
    () => collect(sso.domains.list({ organizationId: id })),
    () => sso.domains.get({ organizationId: id, domainId: own }),
    () => sso.domains.get({ organizationId: own, domainId: id }),
    () => sso.domains.create({ organizationId: id, domain: 'acme.example' }),
    () => sso.domains.verify({ organizationId: own, domainId: id }),
    () => sso.domains.delete({ organizationId: own, domainId: id }),
  ],
  connections: ({ sso }, id, own) => [
    () => collect(sso.connections.list({ organizationId: id })),
    () => sso.connections.get({ organizationId: id, connectionId: own }),
    () => sso.connections.get({ organizationId: own, connectionId: id }),
  ],
  connectionAdmin: ({ sso }, id, own) => [
    () => sso.connectionAdmin.delete({ organizationId: id, connectionId: own }),
    () => sso.connectionAdmin.delete({ organizationId: own, connectionId: id }),
  ],
  users: ({ sso }, id, own) => [
    () => collect(sso.users.list({ organizationId: id })),
    () => collect(sso.users.listMemberships({ organizationId: id })),
    () => sso.users.get(id),
    () => sso.users.create({ organizationId: id, email: 'ada@acme.example', sendInvitation: false }),
    () => sso.users.update(id, { firstName: 'Ada' }),
    () => sso.users.delete(id),
    () => sso.users.resendInvitation({ organizationId: own, userId: id }),
  ],
  adminPortal: ({ sso, provider }, id) => [
    () =>
      sso.adminPortal.createLink({
        organizationId: id,
        intent: provider.adminPortal.features.intents[0]!,
      }),
  ],
  directories: ({ sso }, id, own) => [
    () => collect(sso.directories.list({ organizationId: id })),
    () => sso.directories.get({ organizationId: id, directoryId: own }),
    () => sso.directories.get({ organizationId: own, directoryId: id }),
    () => collect(sso.directories.listUsers({ organizationId: id, directoryId: own })),
    () => collect(sso.directories.listUsers({ organizationId: own, directoryId: id })),
    () => collect(sso.directories.listUsers({ organizationId: own, directoryId: own, groupId: id })),
    () => collect(sso.directories.listGroups({ organizationId: id, directoryId: own })),
    () => collect(sso.directories.listGroups({ organizationId: own, directoryId: id })),
  ],
  directoryAdmin: ({ sso, provider }, id, own) =>
    (['enable', 'disable', 'delete'] as const).flatMap((operation) => {
      if (provider.directoryAdmin.features[operation] === false) return [];
      const call = sso.directoryAdmin[operation];
      return [
        () => call({ organizationId: id, directoryId: own }, optIn(provider)),
        () => call({ organizationId: own, directoryId: id }, optIn(provider)),
      ];
    }),
  auditLogs: ({ sso }, organizationId) => [
    () =>
      sso.auditLogs.record({
        organizationId,
        event: {
          action: 'sso.view_settings',
          version: 1,
          occurredAt: '2026-03-01T12:00:00Z',
          actor: { id: 'user_1', type: 'user' },
          targets: [{ id: 'acme', type: 'organization' }],
          context: { location: '203.0.113.9' },
        },
      }),
  ],
};

const facets = [
  'organizations',
  'organizationAdmin',
  'domains',
  'connections',
  'connectionAdmin',
  'users',
  'adminPortal',
] as const;
/** Came when ID-08 and ID-09 were taken. */
const laterFacets = ['directories', 'directoryAdmin', 'auditLogs'] as const;

function foreignIdCase(number: number, facet: FacetName): ContractCase {
  return {
    id: `ID-${String(number).padStart(2, '0')}`,
    title: `An id of another provider, or one without a provider, is invalid_argument before any request in every operation of ${facet}.`,
    requires: [facet],
    async run(context) {
      const { check, owner } = context;
      const own = `${owner.id}:x_1` as never;
      for (const id of ['elsewhere:x_1', 'x_1', '', ':x_1'] as never[]) {
        for (const call of callsWith[facet]!(context, id, own))
          await check.sends(0, () => check.rejects(call, 'invalid_argument'));
      }
    },
  };
}

export const idCases: readonly ContractCase[] = [
  ...facets.map((facet, index) => foreignIdCase(1 + index, facet)),
  {
    id: 'ID-08',
    title: 'Every entity has the id of its provider before its vendor id.',
    requires: ['organizations', 'connections'],
    needs: ['world.createConnection'],
    async run({ sso, owner, check, createTenant }) {
      const { organizationId, connectionId } = await createTenant();
      const entities = [
        await sso.organizations.get(organizationId),
        await sso.connections.get({ organizationId, connectionId }),
      ];
      for (const { id, provider, vendorId } of entities)
        check.equal([id, provider], [`${owner.id}:${vendorId}`, owner.id]);
    },
  },
  {
    id: 'ID-09',
    title: 'An id that means something in a URL does not leave its place in the path.',
    requires: ['organizations'],
    async run({ sso, owner, check, traffic }) {
      for (const vendorId of ['.', '..', '../users', 'a/b', 'a?b=c', 'a#b', '%2e%2e']) {
        const recorded = await traffic.record();
        const id = `${owner.id}:${vendorId}` as never;
        await check.rejects(() => sso.organizations.get(id), 'not_found', 'invalid_argument');
        const paths = (await recorded()).map(({ path }) => path);
        check.equal(
          paths.filter((path) => path.endsWith('/users') || path.endsWith('/b')),
          [],
        );
      }
    },
  },
  ...laterFacets.map((facet, index) => foreignIdCase(10 + index, facet)),
];
