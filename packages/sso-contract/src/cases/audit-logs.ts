import type { AuditEvent, AuditMetadata, DefineAuditSchema, OperationFinished } from '@org/sso-core';
import { auditSchemaSchema } from '@org/sso-core/schemas';
import { membersOf } from '@org/sso-core/provider';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { strangerLike } from './support.js';

const requires = ['auditLogs'] as const;
const needs = ['world.auditEvents'] as const;
const features = ['auditLogs.schemas'] as const;

const canary = 'canary-9d2e6b1f47a8c350';

type Definition = Omit<DefineAuditSchema, 'action'>;

const anyConnection: Definition = { targets: [{ type: 'sso_connection' }] };

/** An organization, and an action whose events its log accepts. */
async function createLog(context: CaseContext, definition: Definition = anyConnection) {
  const { sso, provider, world, unique, now } = context;
  const action = unique('sso.delete_connection');
  const { version } = provider.auditLogs.features.schemas
    ? await sso.auditLogs.defineSchema({ action, ...definition })
    : { version: 1 };
  const organizationId = await world.createOrganization({ name: unique('acme') });
  const event: AuditEvent = {
    action,
    version,
    occurredAt: new Date(Math.floor(now() / 1000) * 1000).toISOString(),
    actor: { id: unique('user'), type: 'user' },
    targets: [{ id: unique('conn'), type: 'sso_connection' }],
    context: { location: '203.0.113.9' },
  };
  return {
    organizationId,
    event,
    record: (changes: Partial<AuditEvent> = {}, idempotencyKey?: string) =>
      sso.auditLogs.record({
        organizationId,
        event: { ...event, ...changes },
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      }),
    recorded: () => world.auditEvents(organizationId),
  };
}

/** As much as every vendor takes; where a vendor has no limit, more than any has. */
function fullMetadata({ provider }: CaseContext): Record<string, string> {
  const { maxMetadataEntries, maxMetadataKeyLength, maxMetadataValueLength } = provider.auditLogs.features;
  const keys = Array.from({ length: maxMetadataEntries ?? 100 }, (_, index) =>
    `key-${index}`.padEnd(maxMetadataKeyLength ?? 100, '_'),
  );
  const value = `é🙂${'v'.repeat((maxMetadataValueLength ?? 5000) - 2)}`;
  return Object.fromEntries(keys.map((key) => [key, value]));
}

/** One step beyond each limit the vendor has. */
function excessiveMetadata({ provider }: CaseContext): AuditMetadata[] {
  const { maxMetadataEntries, maxMetadataKeyLength, maxMetadataValueLength } = provider.auditLogs.features;
  return [
    maxMetadataEntries !== null &&
      Object.fromEntries(Array.from({ length: maxMetadataEntries + 1 }, (_, index) => [`k${index}`, canary])),
    maxMetadataKeyLength !== null && { ['k'.repeat(maxMetadataKeyLength + 1)]: canary },
    maxMetadataValueLength !== null && { note: canary.padEnd(maxMetadataValueLength + 1, 'v') },
  ].filter((metadata) => metadata !== false);
}

/** What no provider takes, whatever its limits. */
const malformedMetadata = [
  { 'with space': canary },
  { 'with.dot': canary },
  { '': canary },
  JSON.parse(`{"__proto__":"${canary}"}`),
  { nested: { secret: canary } },
  { list: [canary] },
  { nothing: null },
  { number: Number.NaN },
] as unknown as AuditMetadata[];

/** The same metadata at each of its places. */
function places({ event }: { readonly event: AuditEvent }, metadata: AuditMetadata): Partial<AuditEvent>[] {
  const [target] = event.targets;
  return [
    { metadata },
    { actor: { ...event.actor, metadata } },
    { targets: [target!, { ...target!, id: 'conn_2', metadata }] },
  ];
}

export const auditLogCases: readonly ContractCase[] = [
  {
    id: 'AUDIT-01',
    title: "record writes the event to the organization's log, with everything it says.",
    requires,
    needs,
    async run(context) {
      const { check } = context;
      const { event, record, recorded } = await createLog(context);
      const whole = {
        ...event,
        actor: { ...event.actor, name: 'Ada Adams', metadata: { role: 'admin', support: true } },
        targets: [
          { ...event.targets[0]!, name: 'Acme Okta', metadata: { connection_type: 'saml', 'x-1': 0 } },
        ],
        context: { location: '203.0.113.9', userAgent: 'Mozilla/5.0 (é; "quoted")' },
        metadata: { source: '/settings/sso', attempts: 2, ratio: 0.5, forced: false, empty: '' },
      };
      await record(whole);
      check.equal(await recorded(), [whole]);
    },
  },
  {
    id: 'AUDIT-02',
    title: 'An event that says only what it must is recorded as it is.',
    requires,
    needs,
    async run(context) {
      const { event, record, recorded } = await createLog(context);
      await record();
      context.check.equal(await recorded(), [event]);
    },
  },
  {
    id: 'AUDIT-03',
    title: 'An organization sees its own events only, in the order in which they came.',
    requires,
    needs,
    async run(context) {
      const { check, sso, world, unique } = context;
      const { event, record, recorded } = await createLog(context);
      const other = await world.createOrganization({ name: unique('globex') });
      const numbered = (number: number) => ({ ...event, metadata: { number } });
      await record(numbered(1));
      await sso.auditLogs.record({ organizationId: other, event: numbered(2) });
      await record(numbered(3));
      check.equal(await recorded(), [numbered(1), numbered(3)]);
      check.equal(await world.auditEvents(other), [numbered(2)]);
    },
  },
  {
    id: 'AUDIT-04',
    title: 'The same key and event are recorded once, one after the other and at once.',
    requires,
    needs,
    async run(context) {
      const { check, unique } = context;
      const { event, record, recorded } = await createLog(context);
      const key = unique('key');
      await record({}, key);
      await record({}, key);
      check.equal(await recorded(), [event]);
      const another = { metadata: { another: true } };
      const anotherKey = unique('key');
      await Promise.all(Array.from({ length: 10 }, () => record(another, anotherKey)));
      check.equal(await recorded(), [event, { ...event, ...another }]);
    },
  },
  {
    id: 'AUDIT-05',
    title: 'Another event under a key that was used is recorded or a conflict, never taken for the first.',
    requires,
    needs,
    async run(context) {
      const { check, unique } = context;
      const { event, record, recorded } = await createLog(context);
      const key = unique('key');
      const another = { metadata: { another: true } };
      await record({}, key);
      const refusal = await record(another, key).then(
        () => null,
        (error: unknown) => error,
      );
      if (refusal === null) check.equal(await recorded(), [event, { ...event, ...another }]);
      else await check.rejects(() => Promise.reject(refusal), 'conflict');
    },
  },
  {
    id: 'AUDIT-06',
    title: 'record for an unknown organization is not_found.',
    requires,
    async run(context) {
      const { check, sso } = context;
      const { organizationId, event } = await createLog(context);
      const stranger = strangerLike(organizationId);
      await check.rejects(() => sso.auditLogs.record({ organizationId: stranger, event }), 'not_found');
    },
  },
  {
    id: 'AUDIT-07',
    title: 'Metadata up to the limits that are declared is recorded whole.',
    requires,
    needs,
    async run(context) {
      const { check } = context;
      const log = await createLog(context);
      const metadata = fullMetadata(context);
      for (const changes of places(log, metadata)) await log.record(changes);
      check.equal(
        await log.recorded(),
        places(log, metadata).map((changes) => ({ ...log.event, ...changes })),
      );
    },
  },
  {
    id: 'AUDIT-08',
    title:
      'Metadata beyond a declared limit, or that is no plain facts, is invalid_argument before any request, and no value of it shows.',
    requires,
    async run(context) {
      const { check } = context;
      const log = await createLog(context);
      for (const metadata of [...excessiveMetadata(context), ...malformedMetadata]) {
        for (const changes of places(log, metadata)) {
          const error = await check.sends(0, () =>
            check.rejects(() => log.record(changes), 'invalid_argument'),
          );
          check.conceals(error, canary);
        }
      }
    },
  },
  {
    id: 'AUDIT-09',
    title: 'A malformed event or key is invalid_argument before any request.',
    requires,
    async run(context) {
      const { check } = context;
      const { event, record } = await createLog(context);
      const malformed = [
        { action: '' },
        { occurredAt: 'yesterday' },
        { version: 0 },
        { version: 1.5 },
        { actor: { id: '', type: 'user' } },
        { actor: { id: 'user_1' } },
        { targets: [] },
        { targets: [{ id: 'conn_1' }] },
        { context: {} },
        { colour: 'blue' },
      ] as unknown as Partial<AuditEvent>[];
      for (const changes of malformed)
        await check.sends(0, () => check.rejects(() => record(changes), 'invalid_argument'));
      for (const key of ['', 'with space', 'line\nbreak', 'k'.repeat(256)])
        await check.sends(0, () => check.rejects(() => record(event, key), 'invalid_argument'));
    },
  },
  {
    id: 'AUDIT-10',
    title: 'With a key, a record whose fate is unknown is repeated until it is known, and recorded once.',
    requires,
    needs: [...needs, 'faults'],
    async run(context) {
      const { check, faults, unique } = context;
      const { event, record, recorded } = await createLog(context);
      const spoilt = [
        { closeConnection: true, afterHandler: true },
        { status: 500, body: '{}', afterHandler: true },
        { status: 503, body: '{}' },
        { truncateBodyAt: 3 },
      ];
      for (const [index, fault] of spoilt.entries()) {
        await faults.next(fault);
        await check.sends(2, () => record({ metadata: { index } }, unique('key')));
      }
      check.equal(
        await recorded(),
        spoilt.map((_, index) => ({ ...event, metadata: { index } })),
      );
    },
  },
  {
    id: 'AUDIT-11',
    title: 'Without a key, a record is sent once, whatever becomes of it.',
    requires,
    needs: ['faults'],
    async run(context) {
      const { check, faults } = context;
      const { record } = await createLog(context);
      await faults.next({ closeConnection: true, afterHandler: true });
      await check.sends(1, () => check.rejects(() => record(), 'unavailable'));
      await faults.next({ status: 503, body: '{}' });
      await check.sends(1, () => check.rejects(() => record(), 'unavailable'));
    },
  },
  {
    id: 'AUDIT-12',
    title: 'Hooks and errors tell nothing of an event.',
    requires,
    async run(context) {
      const { check, createClient } = context;
      const { organizationId, event } = await createLog(context);
      const finished: OperationFinished[] = [];
      const sso = createClient({ hooks: { operationFinished: (operation) => finished.push(operation) } });
      const told = {
        ...event,
        actor: { ...event.actor, name: canary, metadata: { note: canary } },
        metadata: { note: canary },
      };
      await sso.auditLogs.record({ organizationId, event: told });
      const error = await check.rejects(
        () => sso.auditLogs.record({ organizationId: strangerLike(organizationId), event: told }),
        'not_found',
      );
      check.equal(
        finished.map(({ outcome }) => outcome),
        ['ok', 'not_found'],
      );
      check.conceals([finished, error], canary);
    },
  },
  {
    id: 'AUDIT-21',
    title: 'An event of an action without schema is failed_precondition, and nothing is recorded.',
    requires,
    features,
    needs,
    async run(context) {
      const { check, unique } = context;
      const { record, recorded } = await createLog(context);
      await check.rejects(() => record({ action: unique('sso.unknown') }), 'failed_precondition');
      check.equal(await recorded(), []);
    },
  },
  {
    id: 'AUDIT-22',
    title: 'defineSchema answers the schema in the neutral shape with its version, and getSchema the same.',
    requires,
    features,
    async run({ sso, provider, check, unique }) {
      const definition: DefineAuditSchema = {
        action: unique('sso.delete_connection'),
        targets: [
          { type: 'organization', metadata: {} },
          { type: 'sso_connection', metadata: { connection_type: 'string' } },
        ],
        actor: { metadata: { role: 'string' } },
        metadata: { source: 'string', attempts: 'number', forced: 'boolean' },
      };
      const defined = await sso.auditLogs.defineSchema(definition);
      check.shape(auditSchemaSchema, defined);
      const { createdAt: _createdAt, provider: whose, ...said } = defined;
      check.equal({ ...said }, { ...definition, version: 1 });
      check.ok(
        membersOf(provider).some(({ id }) => id === whose),
        `it is of ${whose}`,
      );
      check.equal(await sso.auditLogs.getSchema(definition.action), defined);
    },
  },
  {
    id: 'AUDIT-23',
    title: 'Defining what is there already, in whatever order, adds no version.',
    requires,
    features,
    async run({ sso, check, unique }) {
      const action = unique('sso.delete_connection');
      const connection = { type: 'sso_connection', metadata: { a: 'string', b: 'number' } } as const;
      const metadata = { c: 'boolean', d: 'string' } as const;
      const first = await sso.auditLogs.defineSchema({
        action,
        targets: [{ type: 'organization' }, connection],
        metadata,
      });
      const again = await sso.auditLogs.defineSchema({
        action,
        targets: [
          { type: 'sso_connection', metadata: { b: 'number', a: 'string' } },
          { type: 'organization' },
        ],
        actor: { metadata: {} },
        metadata: { d: 'string', c: 'boolean' },
      });
      check.equal([again.version, first.version], [1, 1]);
      check.equal((await sso.auditLogs.getSchema(action)).version, 1);
    },
  },
  {
    id: 'AUDIT-24',
    title: 'Another definition is the next version; an event is held against the version it names.',
    requires,
    features,
    needs,
    async run(context) {
      const { sso, check } = context;
      const { event, record, recorded } = await createLog(context);
      const stricter = { action: event.action, ...anyConnection, metadata: { attempts: 'number' } } as const;
      const { version } = await sso.auditLogs.defineSchema(stricter);
      check.equal([event.version, version], [1, 2]);
      check.equal((await sso.auditLogs.getSchema(event.action)).version, 2);
      const metadata = { attempts: 'many' };
      await check.rejects(() => record({ version, metadata }), 'invalid_argument');
      await record({ version: 1, metadata });
      await record({ version, metadata: { attempts: 2 } });
      check.equal(await recorded(), [
        { ...event, metadata },
        { ...event, version, metadata: { attempts: 2 } },
      ]);
    },
  },
  {
    id: 'AUDIT-25',
    title:
      'An event its schema does not allow is invalid_argument, nothing is recorded, and no value of it shows.',
    requires,
    features,
    needs,
    async run(context) {
      const { check } = context;
      const { event, record, recorded } = await createLog(context, {
        targets: [{ type: 'sso_connection', metadata: { attempts: 'number' } }],
        actor: { metadata: { support: 'boolean' } },
        metadata: { forced: 'boolean' },
      });
      const [target] = event.targets;
      const refused: Partial<AuditEvent>[] = [
        { targets: [{ id: canary, type: 'team', name: canary }] },
        { targets: [{ ...target!, metadata: { attempts: canary } }] },
        { actor: { ...event.actor, metadata: { support: canary } } },
        { metadata: { forced: canary } },
        { version: 99, metadata: { note: canary } },
      ];
      for (const changes of refused)
        check.conceals(await check.rejects(() => record(changes), 'invalid_argument'), canary);
      check.equal(await recorded(), []);
    },
  },
  {
    id: 'AUDIT-26',
    title: 'getSchema of an action without schema is not_found.',
    requires,
    features,
    async run({ sso, check, unique }) {
      await check.rejects(() => sso.auditLogs.getSchema(unique('sso.unknown')), 'not_found');
    },
  },
  {
    id: 'AUDIT-27',
    title:
      'A definition without targets, with one type twice, or of another type of value is invalid_argument before any request.',
    requires,
    features,
    async run({ sso, check, unique }) {
      const action = unique('sso.delete_connection');
      const malformed = [
        { action },
        { action, targets: [] },
        { action: '', ...anyConnection },
        { action, targets: [...anyConnection.targets, ...anyConnection.targets] },
        { action, ...anyConnection, metadata: { at: 'date' } },
        { action, ...anyConnection, colour: 'blue' },
      ] as unknown as DefineAuditSchema[];
      for (const definition of malformed) {
        await check.sends(0, () =>
          check.rejects(() => sso.auditLogs.defineSchema(definition), 'invalid_argument'),
        );
      }
    },
  },
  ...(['defineSchema', 'getSchema'] as const).map((operation, index): ContractCase => ({
    id: `AUDIT-${31 + index}`,
    title: `Where events need no schema, ${operation} is refused before any request.`,
    requires,
    without: 'auditLogs.schemas',
    async run({ sso, check, unique }) {
      const action = unique('sso.delete_connection');
      await check.unsupported(() =>
        operation === 'getSchema'
          ? sso.auditLogs.getSchema(action)
          : sso.auditLogs.defineSchema({ action, ...anyConnection }),
      );
    },
  })),
];
