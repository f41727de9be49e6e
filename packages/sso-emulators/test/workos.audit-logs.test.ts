import type { WorkosEmulator } from '@org/sso-emulators';
import { describe, expect, it } from 'vitest';
import { answer, call, workos, world } from './support.js';

const at = '2026-03-01T12:00:00.000Z';
const day = 24 * 60 * 60_000;
const schemasPath = '/audit_logs/actions/sso.delete_connection/schemas';
const targets = [{ type: 'sso_connection' }];

const event = {
  action: 'sso.delete_connection',
  occurred_at: '2026-03-01T11:59:00.000Z',
  version: 1,
  actor: { id: 'user_1', type: 'user', name: 'Ada', metadata: { role: 'admin' } },
  targets: [{ id: 'conn_1', type: 'sso_connection', metadata: { connection_type: 'OktaSAML' } }],
  context: { location: '203.0.113.9', user_agent: 'Chrome/104.0.0.0' },
  metadata: { page: '/settings', attempts: 2, forced: false },
};

/** An emulator that knows the action, and a way to record. */
async function start() {
  const emulator = await workos({ clock: at });
  await call(emulator, 'POST', schemasPath, { targets });
  const { acme, globex } = world(emulator);
  const record = (changes: object = {}, key?: string, organization = acme.id) =>
    call(
      emulator,
      'POST',
      '/audit_logs/events',
      { organization_id: organization, event: { ...event, ...changes } },
      key === undefined ? {} : { 'idempotency-key': key },
    );
  return { emulator, acme, globex, record };
}

const recorded = async (emulator: WorkosEmulator, organization?: string) =>
  (await emulator.control.auditEvents(organization)).map((each) => each.event);

describe('an audit-log event', () => {
  it('is recorded as it was sent, for its organization', async () => {
    const { emulator, acme, globex, record } = await start();
    const { status, body } = await record({}, 'k1');
    expect([status, body]).toEqual([201, { success: true }]);
    expect(await emulator.control.auditEvents()).toEqual([
      { organizationId: acme.id, event, recordedAt: at, idempotencyKey: 'k1' },
    ]);
    expect(await recorded(emulator, globex.id)).toEqual([]);
  });

  it('is recorded once for equal key and content, and for equal content without a key, for a day', async () => {
    const { emulator, record } = await start();
    const again = { version: 1, ...Object.fromEntries(Object.entries(event).toReversed()) };
    for (const key of ['k1', 'k1', 'k2', undefined, undefined]) await record(again, key);
    await record({ metadata: { page: '/other' } }, 'k1');
    expect(await recorded(emulator)).toHaveLength(4);
    await emulator.control.advanceClock(day);
    await record({}, 'k1');
    expect(await recorded(emulator)).toHaveLength(5);
  });

  it('is refused for an unknown organization or action', async () => {
    const { emulator, record } = await start();
    const organization = await record({}, undefined, 'org_none');
    expect([organization.status, organization.body.message]).toEqual([
      404,
      "Organization not found: 'org_none'.",
    ]);
    const action = await record({ action: 'sso.view_settings' });
    expect([action.status, action.body.message]).toEqual([
      400,
      "Audit Log Action not found: 'sso.view_settings'.",
    ]);
    expect(await recorded(emulator)).toEqual([]);
  });

  it('is refused when fields are missing', async () => {
    const { emulator } = await start();
    const { status, body } = await call(emulator, 'POST', '/audit_logs/events', {
      event: { actor: { id: 'user_1' }, targets: [{}], context: {}, occurred_at: 'yesterday' },
    });
    expect(status).toBe(422);
    expect(body.message).toBe('Validation failed.');
    expect(body.errors).toEqual([
      ...[
        'organization_id',
        'event.action',
        'event.actor.type',
        'event.context.location',
        'event.targets.0.id',
        'event.targets.0.type',
      ].map((field) => ({ code: 'required', field })),
      { code: 'invalid', field: 'event.occurred_at' },
    ]);
  });

  it.each([
    ['a target of another type', { targets: [{ id: 'team_1', type: 'team' }] }, '/targets/0/type'],
    [
      '51 keys',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, key) => [key, 1])) },
      '/metadata',
    ],
    ['a key of 41 characters', { metadata: { ['k'.repeat(41)]: 'v' } }, '/metadata'],
    ['a value of 501 characters', { metadata: { k: 'v'.repeat(501) } }, '/metadata/k'],
    ['a nested value', { actor: { id: 'u', type: 'user', metadata: { k: {} } } }, '/actor/metadata/k'],
    ['an unknown version', { version: 7 }, '/version'],
  ])('is refused with %s', async (_, changes, instancePath) => {
    const { emulator, record } = await start();
    const { status, body } = await record(changes);
    expect([status, body.code, body.message]).toEqual([400, 'invalid_audit_log', 'Invalid Audit Log event']);
    expect(body.errors.map((error: { instancePath: string }) => error.instancePath)).toContain(instancePath);
    expect(await recorded(emulator)).toEqual([]);
  });

  it('says like WorkOS what the schema has against it', async () => {
    const { record } = await start();
    const { body } = await record({ targets: [{ id: 'team_1', type: 'team' }] });
    expect(body.errors[0]).toMatchObject({
      instancePath: '/targets/0/type',
      schemaPath: '#/properties/targets/allOf/0/contains/properties/type/const',
      keyword: 'const',
      message: 'must be equal to constant',
      schema: 'sso_connection',
      data: 'team',
    });
  });

  it('may have keys of 40 and values of 500 characters, and further targets', async () => {
    const { record } = await start();
    const entries = Array.from({ length: 50 }, (_, key) => [`${key}`.padStart(40, 'k'), '🙂'.repeat(500)]);
    const metadata = Object.fromEntries(entries);
    const more = [...event.targets, { id: 'org_1', type: 'organization' }];
    expect((await record({ metadata, targets: more })).status).toBe(201);
  });
});

describe('a schema', () => {
  it('gets a version with each call, which never changes and is asked for by number', async () => {
    const { emulator, record } = await start();
    const metadata = { type: 'object', properties: { page: { type: 'string' } }, required: ['page'] };
    const second = await call(emulator, 'POST', schemasPath, { targets, actor: { metadata }, metadata });
    expect([second.status, second.body]).toEqual([
      201,
      { object: 'audit_log_schema', version: 2, actor: { metadata }, targets, metadata, created_at: at },
    ]);
    const wrong = { actor: { id: 'u', type: 'user' }, metadata: { page: 1 } };
    expect((await record({ ...wrong, version: 2 })).status).toBe(400);
    expect((await record({ ...wrong, version: 1 })).status).toBe(201);
    expect((await record({ ...wrong, version: undefined })).status).toBe(201);

    const listed = await call(emulator, 'GET', `${schemasPath}?limit=1`);
    expect(listed.body.data.map(({ version }: { version: number }) => version)).toEqual([2]);
    const { after } = listed.body.list_metadata;
    const next = await call(emulator, 'GET', `${schemasPath}?limit=1&after=${after}`);
    expect(next.body.data).toEqual([{ object: 'audit_log_schema', version: 1, targets, created_at: at }]);
    const actions = await call(emulator, 'GET', '/audit_logs/actions');
    expect(actions.body.data).toEqual([
      {
        object: 'audit_log_action',
        name: 'sso.delete_connection',
        schema: second.body,
        created_at: at,
        updated_at: at,
      },
    ]);
  });

  it('is refused without targets and with a JSON Schema that is none', async () => {
    const { emulator } = await start();
    for (const wrong of [{}, { targets: [] }, { targets: [{}] }, { targets, metadata: { type: 'colour' } }]) {
      const { status } = await call(emulator, 'POST', schemasPath, wrong);
      expect(status).toBe(422);
    }
    expect((await call(emulator, 'GET', '/audit_logs/actions/none/schemas')).status).toBe(404);
  });

  it('can be seeded, and a reset leaves nothing else', async () => {
    const seed = {
      organizations: [{ name: 'Acme' }],
      auditActions: [{ action: 'sso.delete_connection', targets }],
    };
    const emulator = await workos({ seed });
    const [acme] = emulator.organizations();
    const record = () => call(emulator, 'POST', '/audit_logs/events', { organization_id: acme?.id, event });
    expect((await record()).status).toBe(201);
    await call(emulator, 'POST', schemasPath, { targets });
    await emulator.control.reset();
    expect(await recorded(emulator)).toEqual([]);
    const { data } = (await call(emulator, 'GET', schemasPath)).body;
    expect(data.map(({ version }: { version: number }) => version)).toEqual([1]);
  });
});

describe('an export', () => {
  const range = { range_start: '2026-03-01T00:00:00Z', range_end: '2026-03-02T00:00:00Z' };

  it('is pending, then a CSV file whose URL lasts ten minutes', async () => {
    const { emulator, acme, globex, record } = await start();
    await record({ metadata: { note: 'says "hello", twice' } });
    await record({ actor: { id: 'user_2', type: 'user', name: 'Ben' } });
    await record({ occurred_at: '2026-02-01T00:00:00Z' });
    await record({}, undefined, globex.id);
    const created = await call(emulator, 'POST', '/audit_logs/exports', {
      organization_id: acme.id,
      ...range,
      actor_names: ['Ada'],
      actions: ['sso.delete_connection'],
      targets: ['sso_connection'],
    });
    expect([created.status, created.body.state, created.body.url]).toEqual([201, 'pending', undefined]);
    const path = `/audit_logs/exports/${created.body.id}`;
    const { url, state } = (await call(emulator, 'GET', path)).body;
    expect(state).toBe('ready');
    const file = await answer(await fetch(url));
    expect(file.headers.get('content-type')).toContain('text/csv');
    const [head, row, ...others] = file.text.split('\r\n');
    expect(head).toMatch(/^action,occurred_at,actor_id,/);
    expect(row).toContain('sso.delete_connection,2026-03-01T11:59:00.000Z,user_1,user,Ada');
    expect(row).toContain(String.raw`"{""note"":""says \""hello\"", twice""}"`);
    expect(others).toEqual([]);
    await emulator.control.advanceClock(10 * 60_000);
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch((await call(emulator, 'GET', path)).body.url)).status).toBe(200);
  });

  it('is refused for a range that ends before it starts', async () => {
    const { emulator, acme } = await start();
    const backwards = {
      organization_id: acme.id,
      range_start: range.range_end,
      range_end: range.range_start,
    };
    const { status, body } = await call(emulator, 'POST', '/audit_logs/exports', backwards);
    expect([status, body]).toEqual([400, { message: ['Invalid date range'], error: 'Bad Request' }]);
    expect((await call(emulator, 'POST', '/audit_logs/exports', {})).status).toBe(400);
    const foreign = { ...range, organization_id: 'org_none' };
    expect((await call(emulator, 'POST', '/audit_logs/exports', foreign)).status).toBe(400);
    expect((await call(emulator, 'GET', '/audit_logs/exports/none')).status).toBe(404);
  });
});

it('how long events are kept is a setting of an organization', async () => {
  const { emulator, acme } = await start();
  const path = `/organizations/${acme.id}/audit_logs_retention`;
  expect((await call(emulator, 'GET', path)).body).toEqual({ retention_period_in_days: null });
  expect((await call(emulator, 'PUT', path, { retention_period_in_days: 365 })).body).toEqual({
    retention_period_in_days: 365,
  });
  expect((await call(emulator, 'GET', path)).body).toEqual({ retention_period_in_days: 365 });
  expect((await call(emulator, 'PUT', path, { retention_period_in_days: 31 })).status).toBe(422);
  expect((await call(emulator, 'GET', '/organizations/org_none/audit_logs_retention')).status).toBe(404);
});
