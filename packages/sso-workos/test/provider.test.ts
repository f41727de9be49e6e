import { organizationId, type Organization } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { createWorkos, divergences, workosNative, type WorkosOptions } from '../src/index.js';
import { failureOf, useWorkos } from './support.js';

const workos = useWorkos();
const valid = { apiKey: 'sk_test_1', clientId: 'client_1' };

describe('construction', () => {
  it('carries its client id as environment', () => {
    const provider = createWorkos(valid);
    expect(provider).toMatchObject({ id: 'workos', specificationVersion: 'v1', environment: 'client_1' });
    expect(provider.login.clientId).toBe('client_1');
    expect(Object.isFrozen(provider)).toBe(true);
  });

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['no API key', { apiKey: undefined }, /apiKey/],
    ['an empty API key', { apiKey: '' }, /apiKey/],
    ['an API key with a line break', { apiKey: 'sk_test_1\n' }, /apiKey/],
    ['no client id', { clientId: undefined }, /clientId/],
    ['swapped settings', { apiKey: 'client_1', clientId: 'sk_test_1' }, /swapped/],
    ['a relative base URL', { baseUrl: 'api.workos.com' }, /baseUrl/],
    ['plain http', { baseUrl: 'http://api.workos.com' }, /baseUrl must use https/],
    ['a base URL with credentials', { baseUrl: 'https://user:pass@api.workos.com' }, /baseUrl/],
    [
      'a misspelt setting',
      { baseURL: 'http://localhost:1' },
      /^There is no setting "baseURL": .*\bbaseUrl\b/,
    ],
    ['a misspelt setting of HTTP', { http: { timeout: 5 } }, /"http\.timeout": they are http\.timeoutMs,/],
    ['a time-out that is none', { http: { timeoutMs: '5' } }, /http\.timeoutMs must be/],
    ['retries without end', { http: { maxRetries: Infinity } }, /http\.maxRetries must be/],
    [
      'a misspelt setting of webhooks',
      { events: { inactiveUsers: 'kept' }, webhooks: { secrets: ['whsec_1'], tolerance: 1 } },
      /no setting "webhooks\.tolerance"/,
    ],
    [
      'a misspelt setting of events',
      { events: { inactiveUsers: 'kept', since: 1 } },
      /no setting "events\.since"/,
    ],
    ['plain http for logout', { authUrl: 'http://auth.workos.com' }, /authUrl must use https/],
  ])('refuses %s', (_, changes, message) => {
    const construct = () => createWorkos({ ...valid, ...changes } as WorkosOptions);
    expect(construct).toThrow(expect.objectContaining({ code: 'invalid_argument', provider: 'workos' }));
    expect(construct).toThrow(message);
    expect(construct).not.toThrow(/sk_test_1/);
  });
});

describe('native access', () => {
  it('gives the object WorkOS sent, unseen by JSON, spreading and comparison', async () => {
    const organization = await workos.sso().organizations.getByExternalId('tenant_acme');
    expect(workosNative(organization)).toMatchObject({
      object: 'organization',
      allow_profiles_outside_organization: false,
      domains: [{ domain: 'acme.example' }],
    });
    expect(workosNative({ ...organization })).toBeUndefined();
    expect(JSON.stringify(organization)).not.toContain('allow_profiles');
    expect(Object.keys(organization)).not.toContain('native');
  });

  it('gives nothing for entities of another provider', async () => {
    const organization = await workos.sso().organizations.getByExternalId('tenant_acme');
    const foreign = Object.create(organization, { provider: { value: 'scalekit' } }) as Organization;
    expect(workosNative(foreign)).toBeUndefined();
  });

  it('sends requests of its own, authenticated', async () => {
    const { native } = workos.provider();
    const { status, body } = await native.request({
      method: 'GET',
      path: '/organizations',
      query: { search: 'acme', limit: 1 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: [{ name: 'Acme Corp' }] });
    expect(await workos.requests()).toEqual(['GET /organizations?search=acme&limit=1']);
  });

  it('reads no body after a deletion, which may be a text', async () => {
    const { native } = workos.provider();
    const path = `/organizations/${workos.organization('Globex')}`;
    expect(await native.request({ method: 'DELETE', path })).toMatchObject({ status: 202, body: undefined });
  });

  it('has the same errors and does not retry a POST unless told to', async () => {
    const { native } = workos.provider();
    await workos.emulator.control.addFault({ status: 503 });
    const failure = await failureOf(
      native.request({ method: 'POST', path: '/organizations', json: { name: 'X' } }),
    );
    expect(failure).toMatchObject({ code: 'unavailable', operation: 'native.request', provider: 'workos' });
    expect(await workos.requests()).toHaveLength(1);
  });

  it.each(['organizations', '@evil.example/', '.evil.example/', ''])('refuses path %j', async (path) => {
    expect(await failureOf(workos.provider().native.request({ method: 'GET', path }))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await workos.requests()).toEqual([]);
  });

  it('can be aborted, with the reason unchanged', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    await workos.emulator.control.addFault({ delayMs: 5000 });
    const request = workos
      .provider()
      .native.request({ method: 'GET', path: '/organizations', signal: controller.signal });
    controller.abort(reason);
    await expect(request).rejects.toBe(reason);
  });
});

it('waits as long as WorkOS asks', async () => {
  await workos.emulator.control.addFault({
    status: 429,
    headers: { 'retry-after': '1' },
    body: '"Ratelimited"',
  });
  const startedAt = performance.now();
  await workos.sso().organizations.getByExternalId('tenant_acme');
  expect(performance.now() - startedAt).toBeGreaterThan(990);
});

it('names an id of another provider before any request', async () => {
  const failure = await failureOf(workos.sso().organizations.get(organizationId('scalekit:org_1')));
  expect(failure).toMatchObject({ code: 'invalid_argument' });
  expect(await workos.requests()).toEqual([]);
});

it('keeps its ledger of divergences unambiguous', () => {
  const ids = divergences.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(divergences.flatMap((entry) => Object.values(entry)).filter((value) => value.trim() === '')).toEqual(
    [],
  );
  expect(divergences.filter(({ evidence }) => !/^(\[(S|D|R|N|U)\])+$/.test(evidence))).toEqual([]);
});
