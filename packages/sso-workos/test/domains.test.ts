import { domainId, organizationId } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { workosNative } from '../src/index.js';
import { collect, failureOf, firstOf, useWorkos } from './support.js';

const workos = useWorkos();
const acme = () => organizationId(`workos:${workos.organization('Acme Corp')}`);
const globex = () => organizationId(`workos:${workos.organization('Globex')}`);

async function create(domain: string) {
  const created = await workos.sso().domains.create({ organizationId: acme(), domain });
  await workos.emulator.control.clearTraffic();
  return { organizationId: acme(), domainId: created.id };
}

it('lists the domains inside the organization, in one page', async () => {
  const domains = await collect(workos.sso().domains.list({ organizationId: acme() }, { pageSize: 1 }));
  expect(domains).toMatchObject([{ domain: 'acme.example', organizationId: acme(), status: 'verified' }]);
  expect(await workos.requests()).toEqual([`GET /organizations/${workos.organization('Acme Corp')}`]);
});

it.each([
  ['pending', 'pending'],
  ['unverified', 'pending'],
  ['verified', 'verified'],
  ['legacy_verified', 'verified'],
  ['failed', 'failed'],
  ['quarantined', 'unknown'],
  [null, 'unknown'],
  [undefined, 'unknown'],
])('maps state %s to %s', async (state, status) => {
  // The shape of old recordings: no organization, no timestamps.
  const wire = { object: 'organization_domain', id: 'org_domain_1', domain: 'Acme.Example', state };
  await workos.answer('^/organizations/', { id: workos.organization('Acme Corp'), domains: [wire] });
  const domain = await firstOf(workos.sso().domains.list({ organizationId: acme() }));
  expect(domain).toEqual({
    id: 'workos:org_domain_1',
    provider: 'workos',
    vendorId: 'org_domain_1',
    organizationId: acme(),
    domain: 'acme.example',
    status,
    vendorStatus: state ?? null,
    createdAt: null,
    updatedAt: null,
  });
  expect(workosNative(domain)).toMatchObject({ domain: 'Acme.Example' });
});

it.each([{ domains: null }, {}])('takes an organization with %j', async (fields) => {
  await workos.answer('^/organizations/', { id: 'org_1', ...fields });
  expect(await collect(workos.sso().domains.list({ organizationId: acme() }))).toEqual([]);
});

it('says when the organization has the domain already', async () => {
  const again = workos.sso().domains.create({ organizationId: acme(), domain: 'acme.example' });
  expect(await failureOf(again)).toMatchObject({
    code: 'already_exists',
    vendorCode: 'domain_already_exists',
    status: 409,
  });
});

describe('verification', () => {
  it('starts the check of a pending domain', async () => {
    const ref = await create('new.example');
    expect(await workos.sso().domains.verify(ref)).toMatchObject({
      status: 'pending',
      vendorStatus: 'pending',
    });
    expect((await workos.requests()).map((request) => request.split(' ')[0])).toEqual(['GET', 'POST']);
  });

  it('leaves a verified one alone', async () => {
    const verified = await firstOf(workos.sso().domains.list({ organizationId: acme() }));
    const ref = { organizationId: acme(), domainId: verified.id };
    await workos.emulator.control.clearTraffic();
    expect(await workos.sso().domains.verify(ref)).toMatchObject({ status: 'verified' });
    expect((await workos.requests()).map((request) => request.split(' ')[0])).toEqual(['GET']);
  });
});

it.each(['get', 'verify', 'delete'] as const)('%s keeps to the organization', async (method) => {
  const { domainId: foreign } = await create('new.example');
  const outcome = workos.sso().domains[method]({ organizationId: globex(), domainId: foreign });
  expect(await failureOf(outcome)).toMatchObject({ code: 'not_found' });
  expect((await workos.requests()).map((request) => request.split(' ')[0])).toEqual(['GET']);
});

it('deletes', async () => {
  const ref = await create('new.example');
  await workos.sso().domains.delete(ref);
  expect((await workos.traffic()).at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
  expect(await failureOf(workos.sso().domains.get(ref))).toMatchObject({
    code: 'not_found',
    vendorCode: 'entity_not_found',
  });
});

it('sends no id of another provider', async () => {
  const ref = { organizationId: acme(), domainId: domainId('scalekit:dom_1') };
  expect(await failureOf(workos.sso().domains.get(ref))).toMatchObject({ code: 'invalid_argument' });
  const reversed = {
    organizationId: organizationId('scalekit:org_1'),
    domainId: domainId('workos:org_domain_1'),
  };
  expect(await failureOf(workos.sso().domains.get(reversed))).toMatchObject({ code: 'invalid_argument' });
  expect(await workos.requests()).toEqual([]);
});
