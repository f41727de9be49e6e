import {
  requireFacet,
  SsoError,
  type AuditSchema,
  type AuditTarget,
  type DefineAuditSchema,
  type OrganizationId,
  type SsoProvider,
} from '@org/sso-core';
import type { AuditEntry, AuditSink } from '@org/sso-core/audit';
import { auditActions, type AuditAction } from '../actions.js';

export interface AuditLogsSinkOptions {
  /** The client of a provider that has audit logs; it need not be the one that is administered. */
  readonly sso: { readonly provider: SsoProvider };
  /** Default `audit-logs`. */
  readonly name?: string;
  readonly required?: boolean;
  /**
   * The organization at this provider, where it is not the entry's own: while a customer moves, or when another vendor is administered.
   * `null` leaves the entry out.
   */
  readonly organizationOf?: (entry: AuditEntry) => OrganizationId | null | Promise<OrganizationId | null>;
  /**
   * Where the vendor wants a schema for each action: `define`, the default, makes them as events come; `existing` takes what you made, in
   * the vendor's dashboard or with {@link defineAuditSchemas}.
   */
  readonly schemas?: 'define' | 'existing';
}

/**
 * The vendor's audit log, which a customer's security team reads in the vendor's portal. Each entry is recorded under its id, so that a
 * repetition is none while the vendor remembers ids (WorkOS: 24 hours). What the vendor will never take, such as an action without schema, is quarantined. Throws `unsupported` for a
 * provider without audit logs.
 */
export function auditLogsSink(options: AuditLogsSinkOptions): AuditSink {
  const { sso, name = 'audit-logs', required = false, schemas = 'define', organizationOf } = options;
  const auditLogs = requireFacet(sso, 'auditLogs');
  const needsSchemas = sso.provider.auditLogs!.features.schemas;
  /** The newest schema version of each action, once it was asked for. */
  const versions = new Map<string, Promise<number>>();

  async function findVersion(action: string): Promise<number> {
    const { version }: AuditSchema =
      schemas === 'define' && action in auditActions
        ? await auditLogs.defineSchema(schemaOf(action as AuditAction))
        : await auditLogs.getSchema(action);
    return version;
  }

  async function versionOf(action: string): Promise<number> {
    const known = versions.get(action);
    if (known) return known;
    const asked = findVersion(action);
    versions.set(action, asked);
    // A failure is not remembered.
    asked.catch(() => versions.delete(action));
    return asked;
  }

  return {
    name,
    required,
    async deliver(entry, { signal }) {
      const organizationId = organizationOf ? await organizationOf(entry) : entry.organizationId;
      if (organizationId === null) return;
      const { event } = entry;
      const version = needsSchemas ? await versionOf(event.action) : event.version;
      try {
        await auditLogs.record(
          { organizationId, event: { ...event, version }, idempotencyKey: entry.id },
          { signal },
        );
      } catch (error) {
        // Somebody may have made a newer schema, or none be left: ask again when it is tried again.
        if (SsoError.isInstance(error) && !error.retryable) versions.delete(event.action);
        throw error;
      }
    },
  };
}

/** Makes the schemas of all actions at the vendor, or finds them made. Needs to be called once, where events are not to make them. */
export async function defineAuditSchemas(sso: {
  readonly provider: SsoProvider;
}): Promise<readonly AuditSchema[]> {
  const auditLogs = requireFacet(sso, 'auditLogs');
  const defined: AuditSchema[] = [];
  for (const action of Object.keys(auditActions) as AuditAction[])
    defined.push(await auditLogs.defineSchema(schemaOf(action)));
  return defined;
}

const actorMetadata = {
  email: 'string',
  role: 'string',
  organization_id: 'string',
  impersonator_email: 'string',
  impersonator_reason: 'string',
} as const;

const targetMetadata = {
  organization: undefined,
  sso_connection: {
    connection_id: 'string',
    connection_type: 'string',
    identity_provider: 'string',
    organization_id: 'string',
  },
  directory: {
    directory_id: 'string',
    directory_type: 'string',
    identity_provider: 'string',
    organization_id: 'string',
  },
  user: { user_id: 'string', organization_id: 'string' },
} as const satisfies Record<AuditTarget['type'], Record<string, 'string'> | undefined>;

function schemaOf(action: AuditAction): DefineAuditSchema {
  const { target } = auditActions[action];
  const metadata = target === null ? undefined : targetMetadata[target];
  return {
    action,
    actor: { metadata: actorMetadata },
    targets: [
      { type: 'organization' },
      ...(target === null ? [] : [{ type: target, ...(metadata && { metadata }) }]),
    ],
    metadata: { source: 'string', outcome: 'string', reason: 'string', error: 'string', intent: 'string' },
  };
}
