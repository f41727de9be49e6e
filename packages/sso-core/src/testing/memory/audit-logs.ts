import { isDeepStrictEqual } from 'node:util';
import type {
  AuditEvent,
  AuditMetadata,
  AuditMetadataTypes,
  AuditSchema,
  DefineAuditSchema,
} from '../../model/index.js';
import type { AuditLogsFacet } from '../../provider/facets/audit-logs.js';
import { saysTheSame } from '../../provider/audit-schema.js';
import { requireOrganization } from './organizations.js';
import type { MemoryState } from './state.js';

export function createAuditLogs(state: MemoryState) {
  const { auditSchemas, auditEvents, serve } = state;
  const versionsOf = (action: string) => auditSchemas.get(action) ?? [];

  return {
    features: {
      schemas: true,
      maxMetadataEntries: 50,
      maxMetadataKeyLength: 40,
      maxMetadataValueLength: 500,
    },
    record: (input, context) =>
      serve(context, input, [input.organizationId], () => {
        const { organizationId, event, idempotencyKey } = input;
        requireOrganization(state, organizationId, context);
        const versions = versionsOf(event.action);
        if (versions.length === 0)
          throw state.error(context, 'failed_precondition', `action "${event.action}" has no schema`);
        const schema = versions.find(({ version }) => version === event.version);
        const fault = schema ? mismatch(event, schema) : `has no version ${event.version}`;
        if (fault) throw state.error(context, 'invalid_argument', `schema "${event.action}" ${fault}`);
        const recorded = auditEvents.some(
          (earlier) => idempotencyKey !== undefined && isDeepStrictEqual(earlier, input),
        );
        if (!recorded) auditEvents.push(structuredClone(input));
      }),
    defineSchema: (input, context) =>
      serve(context, input, [], () => {
        const versions = versionsOf(input.action);
        const newest = versions.at(-1);
        if (newest && saysTheSame(newest, input)) return newest;
        const next = toSchema(input, state, versions.length + 1);
        auditSchemas.set(input.action, [...versions, next]);
        return next;
      }),
    getSchema: (action, context) =>
      serve(context, action, [], () => {
        const newest = versionsOf(action).at(-1);
        if (!newest) throw state.error(context, 'not_found', `action "${action}" has no schema`);
        return newest;
      }),
  } as const satisfies AuditLogsFacet;
}

function toSchema(
  { action, actor, targets, metadata }: DefineAuditSchema,
  state: MemoryState,
  version: number,
): AuditSchema {
  return structuredClone({
    provider: state.id,
    action,
    version,
    targets: targets.map(({ type, metadata: types = {} }) => ({ type, metadata: types })),
    actor: { metadata: actor?.metadata ?? {} },
    metadata: metadata ?? {},
    createdAt: state.timestamp(),
  });
}

function mismatch({ actor, targets, metadata }: AuditEvent, schema: AuditSchema): string | undefined {
  const missing = schema.targets.find(({ type }) => targets.every((target) => target.type !== type));
  if (missing) return `demands a target of type "${missing.type}"`;
  const wrongKey =
    wronglyTyped(metadata, schema.metadata) ??
    wronglyTyped(actor.metadata, schema.actor.metadata) ??
    targets
      .map((target) =>
        wronglyTyped(target.metadata, schema.targets.find(({ type }) => type === target.type)?.metadata),
      )
      .find((key) => key !== undefined);
  return wrongKey === undefined ? undefined : `has another type for metadata "${wrongKey}"`;
}

function wronglyTyped(
  metadata: AuditMetadata = {},
  types: Readonly<Record<string, AuditMetadataTypes[string] | 'unknown'>> = {},
): string | undefined {
  return Object.keys(metadata).find(
    (key) => Object.hasOwn(types, key) && types[key] !== 'unknown' && typeof metadata[key] !== types[key],
  );
}
