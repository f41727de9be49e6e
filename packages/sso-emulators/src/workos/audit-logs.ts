import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { isRecord } from '../kernel/parse.js';
import type { AuditEventOnRecord } from '../kernel/control.js';
import { route, type Route } from '../kernel/router.js';
import type { AuditLogAction, AuditLogExport, AuditLogSchema } from './audit-log-state.js';
import { eventErrors, metadataSchemaFault } from './audit-log-validation.js';
import { Problems, readBody } from './body.js';
import {
  badRequest,
  invalidAuditLog,
  onlyMessage,
  type Problem,
  validationFailed,
  validationRejected,
} from './errors.js';
import { listPage } from './paging.js';
import type { WorkosState } from './state.js';

export const eventsPath = '/audit_logs/events';
const downloadPath = '/audit_logs/exports/files';

/** Days an organization can keep events. A later revision of the document has more. [S] */
const retentions = [30, 365];

export function auditLogRoutes(state: WorkosState): Route[] {
  const { auditLogs } = state;

  function requireOrganization(id: string, status = 404): void {
    if (!state.organizations.get(id)) throw onlyMessage(status, `Organization not found: '${id}'.`);
  }

  function findAction(request: EmulatorRequest): AuditLogAction {
    const name = request.params['actionName'] ?? '';
    const action = auditLogs.action(name);
    if (!action) throw unknownAction(name, 404);
    return action;
  }

  function answerExport(request: EmulatorRequest, exported: AuditLogExport): EmulatorResponse {
    const file = auditLogs.openDownload(exported);
    return {
      status: 200,
      body: { ...exportObject(exported), url: `${request.url.origin}${downloadPath}/${file}.csv` },
    };
  }

  return [
    route('POST', eventsPath, async (request) => {
      const { organizationId, event } = readEvent(readBody(request));
      requireOrganization(organizationId);
      const action = auditLogs.action(String(event['action']));
      if (!action) throw unknownAction(String(event['action']), 400);
      // Not the newest one, as teams found who registered a second version. [U]
      const { version = 1 } = event;
      const schema = action.schemas.slice(0).find((each) => each.version === version);
      if (!schema) throw invalidAuditLog([{ instancePath: '/version', message: 'must be a known version' }]);
      const errors = await eventErrors(schema, event);
      if (errors.length > 0) throw invalidAuditLog(errors);
      const key = request.headers['idempotency-key'];
      auditLogs.record(organizationId, event, typeof key === 'string' && key !== '' ? key : undefined);
      return { status: 201, body: { success: true } };
    }),
    route('GET', '/audit_logs/actions', (request) =>
      listPage(request, auditLogs.actions, () => true, actionObject),
    ),
    route('POST', '/audit_logs/actions/{actionName}/schemas', async (request) => {
      const given = await readSchema(readBody(request));
      const schema = auditLogs.defineSchema({ action: request.params['actionName'] ?? '', ...given });
      return { status: 201, body: schemaObject(schema) };
    }),
    route('GET', '/audit_logs/actions/{actionName}/schemas', (request) =>
      listPage(request, findAction(request).schemas, () => true, schemaObject),
    ),
    route('POST', '/audit_logs/exports', (request) => {
      const wanted = readExport(readBody(request));
      requireOrganization(wanted.organizationId, 400);
      const events = auditLogs.events(wanted.organizationId).filter((recorded) => wanted.matches(recorded));
      return { status: 201, body: exportObject(auditLogs.createExport(events)) };
    }),
    route('GET', '/audit_logs/exports/{auditLogExportId}', (request) => {
      const id = request.params['auditLogExportId'] ?? '';
      const exported = auditLogs.exports.get(id);
      if (!exported) throw onlyMessage(404, `Audit Log Export not found: '${id}'.`);
      return answerExport(request, exported);
    }),
    route('GET', '/organizations/{id}/audit_logs_retention', (request) => {
      const { id = '' } = request.params;
      requireOrganization(id);
      return { status: 200, body: retention(id) };
    }),
    route('PUT', '/organizations/{id}/audit_logs_retention', (request) => {
      const { id = '' } = request.params;
      requireOrganization(id);
      const { retention_period_in_days: days } = readBody(request);
      if (!retentions.includes(Number(days))) {
        const code = `retention_period_in_days must be one of ${retentions.join(', ')}`;
        throw validationFailed([{ field: 'retention_period_in_days', code }]);
      }
      auditLogs.retention.set(id, Number(days));
      return { status: 200, body: retention(id) };
    }),
  ];

  function retention(id: string): object {
    return { retention_period_in_days: auditLogs.retention.get(id) ?? null };
  }
}

/** Files of exports, which need no API key. */
export function auditLogDownloads({ auditLogs }: WorkosState): Route[] {
  return [
    route('GET', `${downloadPath}/{token}.csv`, (request) => {
      const exported = auditLogs.download(request.params['token'] ?? '');
      if (!exported) throw onlyMessage(403, 'This URL has expired.');
      return {
        status: 200,
        headers: { 'content-type': 'text/csv; charset=utf-8' },
        body: csv(exported.events),
      };
    }),
  ];
}

function actionObject({ name, schemas, created_at, updated_at }: AuditLogAction): object {
  const [newest] = schemas.slice(-1);
  return {
    object: 'audit_log_action',
    name,
    schema: newest && schemaObject(newest),
    created_at,
    updated_at,
  };
}

function schemaObject({ id: _id, ...wire }: AuditLogSchema): object {
  return wire;
}

function exportObject({ id, state, created_at, updated_at }: AuditLogExport): object {
  return { object: 'audit_log_export', id, state, created_at, updated_at };
}

/** How WorkOS answers it is not documented. [?] */
function unknownAction(name: string, status: number) {
  return onlyMessage(status, `Audit Log Action not found: '${name}'.`);
}

/** The fields that must be there; everything else is the schema's. */
function readEvent(body: Record<string, unknown>): {
  organizationId: string;
  event: Readonly<Record<string, unknown>>;
} {
  const problems: Problem[] = [];
  const required = (value: unknown, field: string): unknown => {
    if (value === undefined || value === null || value === '') problems.push({ code: 'required', field });
    return value;
  };
  const fieldsOf = (value: unknown, field: string): Record<string, unknown> => {
    if (value !== undefined && !isRecord(value)) problems.push({ code: 'invalid', field });
    return isRecord(value) ? value : {};
  };
  const organizationId = required(body['organization_id'], 'organization_id');
  const event = fieldsOf(required(body['event'], 'event'), 'event');
  for (const name of ['action', 'occurred_at', 'actor', 'targets', 'context'])
    required(event[name], `event.${name}`);
  const { action, occurred_at: occurredAt, targets, version } = event;
  const actor = fieldsOf(event['actor'], 'event.actor');
  const context = fieldsOf(event['context'], 'event.context');
  for (const name of ['id', 'type']) required(actor[name], `event.actor.${name}`);
  required(context['location'], 'event.context.location');
  if (targets !== undefined && !Array.isArray(targets))
    problems.push({ code: 'invalid', field: 'event.targets' });
  (Array.isArray(targets) ? targets : []).forEach((target: unknown, index) => {
    for (const name of ['id', 'type'])
      required(fieldsOf(target, `event.targets.${index}`)[name], `event.targets.${index}.${name}`);
  });
  if (action !== undefined && typeof action !== 'string')
    problems.push({ code: 'invalid', field: 'event.action' });
  if (occurredAt !== undefined && !isInstant(occurredAt))
    problems.push({ code: 'invalid', field: 'event.occurred_at' });
  if (version !== undefined && !Number.isInteger(version))
    problems.push({ code: 'invalid', field: 'event.version' });
  if (problems.length > 0) throw validationRejected(problems);
  return { organizationId: String(organizationId), event };
}

async function readSchema(
  body: Record<string, unknown>,
): Promise<Pick<AuditLogSchema, 'actor' | 'targets' | 'metadata'>> {
  const problems = new Problems();
  const metadata = async (value: unknown, field: string): Promise<object | undefined> => {
    if (value === undefined || value === null) return undefined;
    const fault = isRecord(value) ? await metadataSchemaFault(value) : `${field} must be an object`;
    if (fault !== undefined) problems.add(field, fault);
    return value;
  };
  const { targets: given, actor } = body;
  if (!Array.isArray(given) || given.length === 0)
    problems.add('targets', 'targets must have at least 1 item');
  const targets = await Promise.all(
    (Array.isArray(given) ? given : []).map(async (target: unknown, index) => {
      const fields = isRecord(target) ? target : {};
      const type = problems.requiredText(fields, 'type');
      const wanted = await metadata(fields['metadata'], `targets.${index}.metadata`);
      return { type, ...(wanted && { metadata: wanted }) };
    }),
  );
  const actorMetadata = await metadata(isRecord(actor) ? actor['metadata'] : undefined, 'actor.metadata');
  const own = await metadata(body['metadata'], 'metadata');
  problems.check();
  return {
    ...(actorMetadata && { actor: { metadata: actorMetadata } }),
    targets,
    ...(own && { metadata: own }),
  };
}

function readExport(body: Record<string, unknown>) {
  const faults: string[] = [];
  const instant = (field: string): number => {
    const value = body[field];
    if (!isInstant(value)) faults.push(`${field} must be a valid ISO 8601 date string`);
    return isInstant(value) ? Date.parse(value) : 0;
  };
  const words = (...fields: readonly string[]): string[] | undefined => {
    const given = fields.map((field) => body[field]).find((value) => value !== undefined && value !== null);
    if (given === undefined) return undefined;
    if (Array.isArray(given)) return given.map(String);
    faults.push(`${fields[0]} must be an array`);
    return [];
  };
  const organizationId = body['organization_id'];
  if (typeof organizationId !== 'string') faults.push('organization_id must be a string');
  const start = instant('range_start');
  const end = instant('range_end');
  const actions = words('actions');
  const names = words('actor_names', 'actors');
  const actorIds = words('actor_ids');
  const types = words('targets');
  if (faults.length === 0 && start >= end) faults.push('Invalid date range');
  if (faults.length > 0) throw badRequest(faults);
  return {
    organizationId: String(organizationId),
    matches({ event }: AuditEventOnRecord): boolean {
      const { action, occurred_at: occurredAt, actor, targets } = event as unknown as WireEvent;
      const at = Date.parse(occurredAt);
      return (
        at >= start &&
        at <= end &&
        (actions?.includes(action) ?? true) &&
        (names?.includes(actor.name ?? '') ?? true) &&
        (actorIds?.includes(actor.id) ?? true) &&
        (types === undefined || targets.some(({ type }) => types.includes(type)))
      );
    },
  };
}

/** An event that was accepted. */
export interface WireEvent {
  readonly action: string;
  readonly occurred_at: string;
  readonly actor: {
    readonly id: string;
    readonly type: string;
    readonly name?: string;
    readonly metadata?: object;
  };
  readonly targets: readonly { readonly id: string; readonly type: string; readonly name?: string }[];
  readonly context: { readonly location: string; readonly user_agent?: string };
  readonly metadata?: object;
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

const columns = [
  'action',
  'occurred_at',
  'actor_id',
  'actor_type',
  'actor_name',
  'actor_metadata',
  'targets',
  'location',
  'user_agent',
  'metadata',
];

function csv(events: readonly AuditEventOnRecord[]): string {
  const rows = events.map(({ event }) => {
    const { action, occurred_at: at, actor, targets, context, metadata } = event as unknown as WireEvent;
    const { location, user_agent: userAgent } = context;
    return [
      action,
      at,
      actor.id,
      actor.type,
      actor.name,
      actor.metadata,
      targets,
      location,
      userAgent,
      metadata,
    ];
  });
  return [columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
}

function csvCell(value: unknown): string {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
