import { readFileSync } from 'node:fs';
import { createSso, type DirectoryUser } from '@org/sso-core';
import { createMemoryMigrationStore } from '@org/sso-core/migration';
import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider, type MemoryProvider, type MemoryWorld } from '@org/sso-core/testing';
import {
  createMigrator,
  findingSeverities,
  type Finding,
  type FindingCode,
  type PlannedOrganization,
  type PlanOptions,
} from '@org/sso-migrate';
import { expect, test } from 'vitest';

interface Worlds {
  readonly here: MemoryWorld;
  readonly there: MemoryWorld;
  readonly source: MemoryProvider;
}

interface Scene {
  readonly arrange: (worlds: Worlds) => unknown;
  /** Changes what the source answers, or lacks. */
  readonly from?: (provider: MemoryProvider) => SsoProvider;
  readonly to?: (provider: MemoryProvider) => SsoProvider;
  readonly options?: PlanOptions & { readonly examinePeople?: boolean };
  /** Of Acme's finding. */
  readonly expected: Partial<Finding>;
}

const acme = { name: 'Acme', externalId: 'acme', domains: ['acme.example'] };

async function planAcme({
  arrange,
  from,
  to,
  options,
}: Omit<Scene, 'expected'>): Promise<PlannedOrganization> {
  const here = createMemoryProvider({ id: 'here' });
  const there = createMemoryProvider({ id: 'there' });
  await arrange({ here: here.world, there: there.world, source: here.provider });
  const migrator = createMigrator({
    from: from?.(here.provider) ?? here.provider,
    to: to?.(there.provider) ?? there.provider,
    store: createMemoryMigrationStore(),
  });
  const plan = await migrator.plan(options);
  return [...plan.organizations].find(({ name }) => name.startsWith('Acme'))!;
}

const without =
  (facet: 'organizationAdmin' | 'domains') =>
  (provider: MemoryProvider): SsoProvider => ({ ...provider, [facet]: undefined });

/** The source tells people otherwise than they were hired. */
const telling =
  (change: (user: DirectoryUser) => DirectoryUser) =>
  (provider: MemoryProvider): SsoProvider => ({
    ...provider,
    directories: {
      ...provider.directories,
      async listUsersPage(filter, page, context) {
        const { items, nextCursor } = await provider.directories.listUsersPage(filter, page, context);
        return { items: items.map(change), nextCursor };
      },
    },
  });

function hire({ here }: Worlds, ...people: Parameters<MemoryWorld['hire']>[1][]): void {
  const { id: organizationId } = here.createOrganization(acme);
  const { id } = here.createDirectory({ organizationId, identityProvider: 'okta' });
  for (const person of people) here.hire(id, person);
  here.createGroup(id, 'Staff');
}

const connect = ({ here }: Worlds, connection: Partial<Parameters<MemoryWorld['createConnection']>[0]>[]) => {
  const { id: organizationId } = here.createOrganization(acme);
  for (const each of connection)
    here.createConnection({ organizationId, identityProvider: 'okta', protocol: 'saml', ...each });
};

const ada = { id: '00u1ada', email: 'ada@acme.example', username: 'ada' };

const scenes: Readonly<Record<FindingCode, Scene>> = {
  tenant_id_missing: {
    arrange: ({ here }) => here.createOrganization({ name: 'Acme' }),
    expected: { count: 1 },
  },
  tenant_id_duplicate: {
    arrange: ({ here }) => [
      here.createOrganization(acme),
      here.createOrganization({ name: 'Other', externalId: 'acme' }),
    ],
    expected: { count: 1 },
  },
  tenant_id_duplicate_at_target: {
    arrange: ({ here, there }) => [
      here.createOrganization(acme),
      there.createOrganization(acme),
      there.createOrganization({ name: 'Acme', externalId: 'acme' }),
    ],
    expected: { count: 2 },
  },
  organization_name_not_accepted: {
    arrange: ({ here }) => here.createOrganization({ ...acme, name: `Acme${'e'.repeat(200)}` }),
    expected: { message: expect.stringContaining('longer than 200') as string },
  },
  organization_cannot_be_created: {
    arrange: ({ here }) => here.createOrganization(acme),
    to: without('organizationAdmin'),
    expected: { message: expect.stringContaining('external id "acme"') as string },
  },
  target_organization_differs: {
    arrange: ({ here, there }) => [
      here.createOrganization(acme),
      there.createOrganization({ name: 'Globex', externalId: 'acme', domains: ['globex.example'] }),
    ],
    expected: { subjects: [expect.stringMatching(/^there:/) as string, 'globex.example'] },
  },
  target_organization_renamed: {
    arrange: ({ here, there }) => [
      here.createOrganization(acme),
      there.createOrganization({ ...acme, name: 'ACME Inc.' }),
    ],
    expected: { message: expect.stringContaining('"ACME Inc."') as string },
  },
  target_organization_has_other_domains: {
    arrange: ({ here, there }) => [
      here.createOrganization(acme),
      there.createOrganization({ ...acme, domains: ['acme.example', 'acme.test'] }),
    ],
    expected: { subjects: ['acme.test'] },
  },
  metadata_not_copied: {
    arrange: ({ here }) => here.createOrganization({ ...acme, metadata: { plan: 'gold' } }),
    expected: { subjects: ['plan'] },
  },
  domain_claimed_at_source: {
    arrange: ({ here }) => [
      here.createOrganization(acme),
      here.createOrganization({ ...acme, name: 'Other', externalId: 'other' }),
    ],
    expected: { subjects: ['acme.example', expect.stringMatching(/^here:/) as string] },
  },
  domain_claimed_at_target: {
    arrange: ({ here, there }) => [
      here.createOrganization(acme),
      there.createOrganization({ ...acme, externalId: 'other' }),
    ],
    expected: { subjects: ['acme.example', expect.stringMatching(/^there:/) as string] },
  },
  domain_not_verified: {
    async arrange({ here, source }) {
      const { id: organizationId } = here.createOrganization(acme);
      await createSso({ provider: source }).domains.create({ organizationId, domain: 'claimed.example' });
    },
    expected: { subjects: ['claimed.example'] },
  },
  domain_cannot_be_created: {
    arrange: ({ here }) => here.createOrganization(acme),
    to: without('domains'),
    expected: { subjects: ['acme.example'] },
  },
  domain_needs_proof: {
    arrange: ({ here }) => here.createOrganization(acme),
    expected: { subjects: ['acme.example'] },
  },
  nothing_to_move: {
    arrange: ({ here }) => here.createOrganization(acme),
    expected: { count: 1 },
  },
  connection_not_active: {
    arrange: (worlds) => connect(worlds, [{ status: 'inactive' }]),
    expected: { count: 1 },
  },
  connection_state_unknown: {
    arrange: (worlds) => connect(worlds, [{ status: 'unknown', vendorStatus: 'hibernating' }]),
    expected: { message: expect.stringContaining('hibernating') as string },
  },
  connection_protocol_unknown: {
    arrange: (worlds) => connect(worlds, [{ protocol: 'unknown' }]),
    expected: { count: 1 },
  },
  connections_ambiguous: {
    arrange: (worlds) => connect(worlds, [{}, { identityProvider: 'entra-id' }]),
    expected: { count: 2 },
  },
  connection_certificate_unknown: {
    arrange: (worlds) => connect(worlds, [{}]),
    expected: { message: expect.stringContaining('okta') as string },
  },
  directory_not_active: {
    arrange({ here }) {
      const { id: organizationId } = here.createOrganization(acme);
      here.createDirectory({ organizationId, identityProvider: 'okta', status: 'failing' });
    },
    expected: { message: expect.stringContaining('failing') as string },
  },
  directory_state_unknown: {
    arrange({ here }) {
      const { id: organizationId } = here.createOrganization(acme);
      here.createDirectory({
        organizationId,
        identityProvider: 'okta',
        status: 'unknown',
        vendorStatus: 'asleep',
      });
    },
    expected: { message: expect.stringContaining('asleep') as string },
  },
  directory_not_examined: {
    arrange: (worlds) => hire(worlds, ada),
    options: { examinePeople: false },
    expected: { count: 1 },
  },
  directory_users_without_email: {
    arrange: (worlds) => hire(worlds, ada, { id: '00u2' }),
    expected: { count: 1, subjects: ['00u2'] },
  },
  directory_users_without_idp_id: {
    arrange: (worlds) => hire(worlds, ada),
    from: telling((user) => ({ ...user, idpId: null })),
    expected: { count: 1, subjects: [expect.stringMatching(/^here:/) as string] },
  },
  directory_idp_ids_duplicate: {
    arrange: (worlds) => hire(worlds, ada, { ...ada, username: 'ada2' }),
    expected: { count: 1, subjects: ['00u1ada'] },
  },
  directory_usernames_collide: {
    arrange: (worlds) => hire(worlds, ada, { id: '00u2', username: 'ADA' }, { id: '00u3', username: 'ben' }),
    expected: { count: 2, subjects: ['00u1ada', '00u2'] },
  },
  directory_members_unresolved: {
    arrange: (worlds) => hire(worlds, ada),
    from: telling((user) => ({ ...user, groups: [{ id: 'here:group_gone' as never, name: 'Gone' }] })),
    expected: { count: 1, subjects: ['here:group_gone'] },
  },
  directory_group_names_duplicate: {
    arrange({ here }) {
      const { id: organizationId } = here.createOrganization(acme);
      const { id } = here.createDirectory({ organizationId, identityProvider: 'okta' });
      here.createGroup(id, 'Staff');
      here.createGroup(id, 'Staff');
    },
    expected: { count: 1 },
  },
};

test.each(Object.entries(scenes) as [FindingCode, Scene][])('%s', async (code, { expected, ...scene }) => {
  const { tenantId, name, findings, state } = await planAcme(scene);
  const severity = findingSeverities[code];
  expect(findings.filter((each) => each.code === code)).toEqual([
    {
      code,
      severity,
      organization: { id: expect.stringMatching(/^here:/), tenantId, name },
      subjects: expect.anything(),
      count: expect.any(Number),
      message: expect.stringMatching(/\.$/),
      ...expected,
    },
  ]);
  if (severity === 'blocks') expect(state).toBe('blocked');
});

test('a customer without anything odd has no finding', async () => {
  const { findings, state } = await planAcme({
    arrange(worlds) {
      const { here, there } = worlds;
      hire(worlds, ada);
      here.createConnection({
        organizationId: here.organizations()[0]!.id,
        identityProvider: 'okta',
        protocol: 'oidc',
      });
      const { id } = there.createOrganization(acme);
      there.createConnection({ organizationId: id, identityProvider: 'okta', protocol: 'oidc' });
    },
  });
  expect([findings, state]).toEqual([[], 'ready']);
});

test('what is only claimed is never carried over as proven', async () => {
  const { actions, domains } = await planAcme(scenes.domain_not_verified);
  expect(domains).toEqual(['acme.example']);
  expect(actions.filter(({ action }) => action === 'create_domain')).toEqual([
    { action: 'create_domain', domain: 'acme.example', verifiedAtOnce: false },
  ]);
});

test('an organization of the same tenant id and name, or with a domain in common, is linked', async () => {
  const same = await planAcme({
    arrange: ({ here, there }) => [
      here.createOrganization(acme),
      there.createOrganization({ name: ' ACME ', externalId: 'acme' }),
    ],
  });
  expect(same).toMatchObject({ state: 'ready', target: { id: expect.stringMatching(/^there:/) } });
  expect(same.actions.map(({ action }) => action)).toEqual(['create_domain']);
});

test('metadata is copied when wanted', async () => {
  const { actions, findings } = await planAcme({
    ...scenes.metadata_not_copied,
    options: { copyMetadata: true },
  });
  expect(actions).toContainEqual({ action: 'create_organization', name: 'Acme', metadata: { plan: 'gold' } });
  expect(findings.map(({ code }) => code)).not.toContain('metadata_not_copied');
});

test('docs/migration-findings.md lists every code with its severity', () => {
  const text = readFileSync(new URL('../../../docs/migration-findings.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `(\w+)`\s+\| (blocks|warns)\s+\|/gm)].map(([, code, severity]) => [
    code,
    severity,
  ]);
  expect(listed).toEqual(Object.entries(findingSeverities));
});
