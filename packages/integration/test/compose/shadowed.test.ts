import { createSso, type OrganizationId } from '@org/sso-core';
import { shadowed, type ShadowedOptions, type ShadowReport } from '@org/sso-core/compose';
import type { SsoProvider } from '@org/sso-core/provider';
import { expect, test, vi } from 'vitest';
import { loginSettings, redirectUri, useVendors } from './support.js';

const vendors = useVendors();
/** WorkOS answers, Scalekit reads along. */
function startApp(options: Partial<ShadowedOptions<SsoProvider>> = {}) {
  const reports: ShadowReport[] = [];
  const { workos: primary, scalekit: shadow } = vendors.provider;
  const provider = shadowed({ primary, shadow, report: (told) => void reports.push(told), ...options });
  const sso = createSso({ provider, login: { ...loginSettings, redirectUri: redirectUri('workos') } });
  const told = (count: number) =>
    vi.waitFor(() => {
      expect(reports.length).toBeGreaterThanOrEqual(count);
      // Shadow reads overtake each other.
      return reports.splice(0).toSorted((a, b) => a.operation.localeCompare(b.operation));
    });
  return { sso: sso as unknown as ReturnType<typeof createSso<typeof primary>>, told, reports };
}

const acme = () => vendors.organization('workos', 'Acme Corp');

async function read<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('two vendors who agree are the same, whatever their ids, times and words', async () => {
  const { sso, told } = startApp();
  const organizationId = acme();
  expect((await sso.organizations.get(organizationId)).provider).toBe('workos');
  await told(1);
  await sso.organizations.getByExternalId('tenant_globex');
  await read(sso.domains.list({ organizationId }));
  const [connection] = await read(sso.connections.list({ organizationId }));
  await sso.connections.get({ organizationId, connectionId: connection!.id });
  expect((await told(4)).map(({ operation, outcome, fields }) => [operation, outcome, fields])).toEqual([
    ['connections.get', 'same', []],
    ['connections.list', 'same', []],
    ['domains.list', 'same', []],
    ['organizations.getByExternalId', 'same', []],
  ]);
});

test('where they differ is told by path; what differs only when asked for', async () => {
  const { control } = vendors.emulator.scalekit;
  const scalekitAcme = vendors.organization('scalekit', 'Acme Corp').slice('scalekit:'.length);
  await control.createConnection({
    organizationId: scalekitAcme,
    protocol: 'oidc',
    identityProvider: 'entra-id',
  });
  for (const reportValues of [false, true]) {
    const { sso, told } = startApp({ reportValues });
    await sso.organizations.get(acme());
    await told(1);
    await read(sso.connections.list({ organizationId: acme() }));
    const [report] = await told(1);
    expect(report).toMatchObject({
      operation: 'connections.list',
      outcome: 'different',
      fields: ['items[]'],
    });
    expect(JSON.stringify(report).includes('entra-id')).toBe(reportValues);
  }
});

test('a shadow that fails, breaks off or hangs changes nothing but the report', async () => {
  const { control } = vendors.emulator.scalekit;
  const faults = [
    [{ status: 500, body: '{}' }, 'unavailable'],
    [{ closeConnection: true }, 'unavailable'],
    [{ status: 200, body: '{"nonsense":true}' }, 'invalid_response'],
    [{ delayMs: 5000 }, 'deadline_exceeded'],
  ] as const;
  for (const [fault, reason] of faults) {
    await control.addFault({ ...fault, times: 20 });
    const { sso, told, reports } = startApp({ timeoutMs: 300 });
    expect((await sso.organizations.get(acme())).name).toBe('Acme Corp');
    // Answered before the shadow had even failed.
    expect(reports).toEqual([]);
    expect(await told(1)).toEqual([
      { operation: 'organizations.get', outcome: 'not_compared', fields: [], reason },
    ]);
    await control.clearFaults();
  }
});

test('failures of the report, the comparison and the counterpart reach nobody', async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  const fail = () => {
    throw new Error('no');
  };
  const reject = () => Promise.reject(new Error('no'));
  for (const broken of [{ report: fail }, { report: reject }, { compare: fail }, { counterpartOf: reject }]) {
    const { sso } = startApp(broken);
    expect((await sso.organizations.get(acme())).id).toBe(acme());
    expect(await read(sso.domains.list({ organizationId: acme() }))).toHaveLength(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("the primary's failure is the caller's, and nobody asks the shadow", async () => {
  const { sso, reports } = startApp();
  await expect(sso.organizations.getByExternalId('tenant_missing')).rejects.toMatchObject({
    code: 'not_found',
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(reports).toEqual([]);
  expect(await vendors.traffic('scalekit')).toEqual([]);
});

test('writes, logins and codes reach the primary only', async () => {
  const { sso } = startApp();
  const { id } = await sso.organizationAdmin.create({ name: 'Initech', externalId: 'tenant_initech' });
  await sso.organizationAdmin.update(id, { name: 'Initech Ltd' });
  await sso.domains.create({ organizationId: id, domain: 'initech.example' });
  await sso.organizationAdmin.delete(id);
  const { url, flow } = await sso.login.begin({ organization: acme() });
  const callback = await vendors.emulator.workos.control.signIn(url, { email: 'ada@acme.example' });
  expect((await sso.login.complete({ callback, flow })).profile.provider).toBe('workos');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await vendors.traffic('scalekit')).toEqual([]);
});

test('no request is made at the primary for the sake of the shadow', async () => {
  const { sso, told } = startApp();
  await read(sso.domains.list({ organizationId: acme() }));
  expect(await told(1)).toMatchObject([{ outcome: 'not_compared', reason: 'no_counterpart' }]);
  expect(await vendors.traffic('workos')).toHaveLength(1);
  expect(await vendors.traffic('scalekit')).toEqual([]);
});

test('who knows which organization is which says so', async () => {
  const scalekitAcme = vendors.organization('scalekit', 'Acme Corp');
  const counterpartOf = async (id: OrganizationId) => (id === acme() ? scalekitAcme : null);
  const { sso, told } = startApp({ counterpartOf });
  await read(sso.domains.list({ organizationId: acme() }));
  expect(await told(1)).toMatchObject([{ outcome: 'same' }]);
  await read(sso.domains.list({ organizationId: vendors.organization('workos', 'Globex') }));
  expect(await told(1)).toMatchObject([{ outcome: 'not_compared', reason: 'no_counterpart' }]);
});

test('people of a directory are compared by the id their identity provider gives them', async () => {
  const { sso, told } = startApp();
  const organizationId = acme();
  await sso.organizations.get(organizationId);
  await told(1);
  const [directory] = await read(sso.directories.list({ organizationId }));
  const people = await read(sso.directories.listUsers({ organizationId, directoryId: directory!.id }));
  expect(people.length).toBeGreaterThan(1);
  const reports = await told(2);
  expect(reports.map(({ operation }) => operation)).toEqual(['directories.list', 'directories.listUsers']);
  expect(reports[1]?.fields).not.toContain('items[]');
  expect(reports[1]?.fields).not.toContain('items[].email');
});

test('reads that come too fast are answered all the same, and not followed', async () => {
  await vendors.emulator.scalekit.control.addFault({ delayMs: 200, times: 50 });
  const { sso, told } = startApp({ maxConcurrent: 2 });
  const answers = await Promise.all(Array.from({ length: 10 }, () => sso.organizations.get(acme())));
  expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([acme()]));
  const reasons = (await told(10)).map(({ reason }) => reason);
  expect(reasons.filter((reason) => reason === 'too_many')).toHaveLength(8);
});
