import { SsoError, type AuditEvent, type AuditSchema } from '@org/sso-core';
import { path } from '@org/sso-core/http';
import { saysTheSame, type AuditLogsFacet, type CallContext } from '@org/sso-core/provider';
import type { WorkosApi } from '../api.js';
import { refusal } from '../errors.js';
import { ids } from '../ids.js';

const wireEvent = () => import('../wire/audit-event.js');
const wireSchema = () => import('../wire/audit-schema.js');
const schemasPath = (action: string) => path`/audit_logs/actions/${action}/schemas`;

export function createAuditLogs(api: WorkosApi): AuditLogsFacet {
  async function newestSchema(action: string, context: CallContext): Promise<AuditSchema | undefined> {
    const reader = async () => (await wireSchema()).auditSchemaOf(action);
    try {
      const { items } = await api.page(
        reader,
        { cursor: null, pageSize: 1 },
        { context, path: schemasPath(action) },
      );
      return items[0];
    } catch (error) {
      if (SsoError.isInstance(error) && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  /** What WorkOS answers for an action without schema is not documented: that is asked when an event was refused. [U] */
  async function lacksSchema(error: unknown, action: string, context: CallContext): Promise<boolean> {
    if (!SsoError.isInstance(error) || (error.status !== 400 && error.status !== 404)) return false;
    return newestSchema(action, context).then(
      (schema) => schema === undefined,
      () => false,
    );
  }

  return {
    // Limits and characters of keys are the same for all metadata. [S]
    features: {
      schemas: true,
      maxMetadataEntries: 50,
      maxMetadataKeyLength: 40,
      maxMetadataValueLength: 500,
    },
    async record({ organizationId, event, idempotencyKey }, context) {
      const { recordedSchema, toWireEvent } = await wireEvent();
      const json = { organization_id: ids.strip(organizationId), event: toWireEvent(event) };
      try {
        await api.read(async () => recordedSchema, {
          context,
          method: 'POST',
          path: '/audit_logs/events',
          json,
          // What the event says may come back in a refusal.
          secrets: wordsOf(event),
          ...(idempotencyKey !== undefined && {
            replay: 'idempotent',
            headers: { 'idempotency-key': idempotencyKey },
          }),
        });
      } catch (error) {
        if (await lacksSchema(error, event.action, context))
          throw refusal(
            'failed_precondition',
            context,
            `action "${event.action}" has no schema: define it first`,
          );
        throw error;
      }
    },
    async defineSchema(input, context) {
      const newest = await newestSchema(input.action, context);
      if (newest && saysTheSame(newest, input)) return newest;
      const { auditSchemaOf, toWireSchema } = await wireSchema();
      return api.one(async () => auditSchemaOf(input.action), {
        context,
        method: 'POST',
        path: schemasPath(input.action),
        json: toWireSchema(input),
      });
    },
    async getSchema(action, context) {
      const newest = await newestSchema(action, context);
      if (!newest) throw refusal('not_found', context, `action "${action}" has no schema`);
      return newest;
    },
  };
}

/** Metadata long enough to tell something. */
function wordsOf({ actor, targets, metadata }: AuditEvent): string[] {
  return [metadata, actor.metadata, ...targets.map((target) => target.metadata)]
    .flatMap((entries = {}) => Object.values(entries))
    .filter((value) => typeof value === 'string' && value.length >= 8) as string[];
}
