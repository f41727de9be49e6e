import { inspect } from 'node:util';
import { organizationId, type AuditEvent, type DefineAuditSchema } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { workosNative } from '../src/index.js';
import { failureOf, useWorkos } from './support.js';

const workos = useWorkos();
const acme = () => organizationId(`workos:${workos.organization('Acme Corp')}`);

const action = 'sso.delete_connection';
const schemas = `/audit_logs/actions/${action}/schemas`;
const definition: DefineAuditSchema = {
  action,
  targets: [{ type: 'sso_connection', metadata: { connection_type: 'string' } }],
  actor: { metadata: { role: 'string' } },
  metadata: { attempts: 'number', forced: 'boolean' },
};

const event: AuditEvent = {
  action,
  version: 1,
  occurredAt: '2026-03-01T12:00:00.000Z',
  actor: { id: 'user_1', type: 'user', name: 'Ada Adams', metadata: { role: 'admin' } },
  targets: [{ id: 'conn_1', type: 'sso_connection', metadata: { connection_type: 'saml' } }],
  context: { location: '203.0.113.9', userAgent: 'Mozilla/5.0' },
  metadata: { attempts: 2, forced: false },
};

async function recordings() {
  return (await workos.traffic()).filter(({ path }) => path === '/audit_logs/events');
}

describe('record', () => {
  it('sends the event in snake case, and the key as a header', async () => {
    const { auditLogs } = workos.sso();
    await auditLogs.defineSchema(definition);
    await auditLogs.record({ organizationId: acme(), event, idempotencyKey: 'delivery-1' });
    const [request] = await recordings();
    const { occurredAt, context, ...same } = event;
    expect(JSON.parse(request?.body ?? '')).toEqual({
      organization_id: workos.organization('Acme Corp'),
      event: {
        ...same,
        occurred_at: occurredAt,
        context: { location: context.location, user_agent: context.userAgent },
      },
    });
    expect(request?.headers['idempotency-key']).toBe('delivery-1');
  });

  it('without a key sends none', async () => {
    const { auditLogs } = workos.sso();
    await auditLogs.defineSchema(definition);
    await auditLogs.record({ organizationId: acme(), event });
    expect((await recordings())[0]?.headers['idempotency-key']).toBeUndefined();
  });

  it.each([
    [400, { message: 'Who knows?' }],
    [400, { code: 'invalid_audit_log_event', message: 'Invalid Audit Log event.', errors: [] }],
    [404, { message: 'Not Found' }],
    [404, { message: 'Action not found', code: 'entity_not_found', entity_id: action }],
  ])('finds out that the action has no schema, whatever WorkOS says: %s %j', async (status, body) => {
    await workos.answer('/audit_logs/events', body, { status });
    const failure = await failureOf(workos.sso().auditLogs.record({ organizationId: acme(), event }));
    expect(failure).toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(action) });
    expect(await workos.requests()).toEqual(['POST /audit_logs/events', `GET ${schemas}?limit=1&order=desc`]);
  });

  it('also when the list of schemas is empty', async () => {
    await workos.answer('/audit_logs/events', { message: 'Not Found' }, { status: 404 });
    await workos.answer(schemas, { object: 'list', data: [], list_metadata: { before: null, after: null } });
    const failure = await failureOf(workos.sso().auditLogs.record({ organizationId: acme(), event }));
    expect(failure.code).toBe('failed_precondition');
  });

  it.each([
    [404, { message: "Organization not found: 'org_1'." }, 'not_found'],
    [400, { message: "Organization not found: 'org_1'." }, 'not_found'],
    [400, { code: 'invalid_audit_log', message: 'Invalid Audit Log event', errors: [] }, 'invalid_argument'],
    [
      422,
      { message: 'Validation failed.', errors: [{ code: 'required', field: 'event.action' }] },
      'invalid_argument',
    ],
    [
      400,
      { message: 'Another idempotency key (k) with different request parameters was found.' },
      'conflict',
    ],
    [403, { message: 'Forbidden' }, 'permission_denied'],
    [429, { message: 'Too many requests.', code: 'rate_limit_exceeded' }, 'rate_limited'],
  ] as const)('a refusal with %s %j of a known action is %s', async (status, body, code) => {
    const { auditLogs } = workos.sso();
    await auditLogs.defineSchema(definition);
    await workos.answer('/audit_logs/events', body, { status });
    const failure = await failureOf(auditLogs.record({ organizationId: acme(), event }));
    expect(failure).toMatchObject({ code, status });
  });

  it('keeps the refusal when the schemas cannot be asked for', async () => {
    await workos.answer('/audit_logs/events', { message: 'Not Found' }, { status: 404 });
    await workos.answer(schemas, {}, { status: 503, times: 5 });
    const failure = await failureOf(workos.sso().auditLogs.record({ organizationId: acme(), event }));
    expect(failure).toMatchObject({ code: 'not_found', status: 404 });
  });

  it('believes no answer but success', async () => {
    const { auditLogs } = workos.sso();
    await auditLogs.defineSchema(definition);
    for (const body of [{ success: false }, {}, []]) {
      await workos.answer('/audit_logs/events', body);
      const failure = await failureOf(auditLogs.record({ organizationId: acme(), event }));
      expect(failure.code).toBe('invalid_response');
    }
  });

  it('names the place of a fault, and not the value WorkOS repeats', async () => {
    const { auditLogs } = workos.sso();
    await auditLogs.defineSchema(definition);
    const metadata = { attempts: 'CANARY-0123456789' };
    const failure = await failureOf(
      auditLogs.record({ organizationId: acme(), event: { ...event, metadata } }),
    );
    expect(failure).toMatchObject({ code: 'invalid_argument', vendorCode: 'invalid_audit_log' });
    expect(failure.message).toContain('/metadata/attempts: must be number');
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('CANARY');
  });

  it('removes what the event says from any other message', async () => {
    const { auditLogs } = workos.sso();
    await auditLogs.defineSchema(definition);
    const message = 'CANARY-0123456789 is no good, nor is CANARY-actor-0123';
    await workos.answer('/audit_logs/events', { message }, { status: 422 });
    const told = {
      ...event,
      actor: { ...event.actor, metadata: { role: 'CANARY-actor-0123' } },
      metadata: { note: 'CANARY-0123456789' },
    };
    const failure = await failureOf(auditLogs.record({ organizationId: acme(), event: told }));
    expect(failure.message).toContain('[redacted] is no good');
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('CANARY');
  });
});

describe('schemas', () => {
  it('are JSON Schemas on the wire', async () => {
    const { auditLogs } = workos.sso();
    const defined = await auditLogs.defineSchema(definition);
    const [, request] = await workos.traffic();
    expect(`${request?.method} ${request?.path}`).toBe(`POST ${schemas}`);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      targets: [
        {
          type: 'sso_connection',
          metadata: { type: 'object', properties: { connection_type: { type: 'string' } } },
        },
      ],
      actor: { metadata: { type: 'object', properties: { role: { type: 'string' } } } },
      metadata: {
        type: 'object',
        properties: { attempts: { type: 'number' }, forced: { type: 'boolean' } },
      },
    });
    expect(workosNative(defined)).toMatchObject({ object: 'audit_log_schema', version: 1 });
  });

  it('written by another hand are read as far as they go', async () => {
    await workos.answer(schemas, {
      object: 'list',
      data: [
        {
          object: 'audit_log_schema',
          version: 3,
          actor: null,
          targets: [{ type: 'team', metadata: null }, { type: 'user' }],
          metadata: {
            type: 'object',
            required: ['a'],
            additionalProperties: false,
            properties: {
              a: { type: 'integer' },
              b: { type: ['string', 'null'] },
              c: { enum: ['x'] },
              'd.e': true,
            },
          },
          created_at: '2026-03-01T12:00:00.123456Z',
        },
      ],
      list_metadata: { before: null, after: null },
    });
    expect(await workos.sso().auditLogs.getSchema(action)).toEqual({
      provider: 'workos',
      action,
      version: 3,
      targets: [
        { type: 'team', metadata: {} },
        { type: 'user', metadata: {} },
      ],
      actor: { metadata: {} },
      metadata: { a: 'number', b: 'unknown', c: 'unknown', 'd.e': 'unknown' },
      createdAt: '2026-03-01T12:00:00.123Z',
    });
  });

  it('are not defined twice when the answer is lost', async () => {
    await workos.emulator.control.addFault({
      match: { method: 'POST', path: schemas },
      closeConnection: true,
      afterHandler: true,
    });
    const { auditLogs } = workos.sso();
    expect(await failureOf(auditLogs.defineSchema(definition))).toMatchObject({ code: 'unavailable' });
    expect((await auditLogs.defineSchema(definition)).version).toBe(1);
    expect((await workos.requests()).filter((request) => request === `POST ${schemas}`)).toHaveLength(1);
  });

  it('of an action whose name means something in a URL stay in their place', async () => {
    const { auditLogs } = workos.sso();
    const odd = { ...definition, action: '../users?x=1#y/z' };
    await auditLogs.defineSchema(odd);
    expect(await auditLogs.getSchema(odd.action)).toMatchObject({ action: odd.action, version: 1 });
    const paths = (await workos.traffic()).map(({ path }) => path);
    expect(new Set(paths)).toEqual(
      new Set([`/audit_logs/actions/${encodeURIComponent(odd.action)}/schemas`]),
    );
  });
});
