import { SsoError } from '../errors.js';
import type { AuditSchema, DefineAuditSchema } from '../model/index.js';
import type { CallContext } from '../provider/context.js';
import type { AuditLogsFacet } from '../provider/facets/audit-logs.js';
import { optionsOf, type Child, type Children } from './children.js';
import { limitationsOf, someChild, widestLimit } from './features.js';

/**
 * Events go to the child of their organization. Schemas have no organization: they are kept equal at every child that wants them, and one
 * version number must stand for the same schema everywhere, as an event carries only one.
 */
export function routedAuditLogs(children: Children): AuditLogsFacet {
  const limit = (feature: Exclude<keyof AuditLogsFacet['features'], 'schemas'>) =>
    widestLimit(children, 'auditLogs', feature);

  async function everywhere(
    context: CallContext,
    call: (child: Child) => Promise<AuditSchema>,
  ): Promise<AuditSchema> {
    const [first, ...others] = await Promise.all(
      children.all.filter(({ provider }) => provider.auditLogs?.features.schemas).map(call),
    );
    if (others.every(({ version }) => version === first!.version)) return first!;
    const versions = [first!, ...others].map(({ provider, version }) => `${version} at ${provider}`);
    throw new SsoError({
      code: 'failed_precondition',
      message: `${context.operation}: schema "${first!.action}" has version ${versions.join(', ')}, and an event names only one`,
      operation: context.operation,
    });
  }

  return {
    features: {
      schemas: someChild(children, 'auditLogs', 'schemas'),
      maxMetadataEntries: limit('maxMetadataEntries'),
      maxMetadataKeyLength: limit('maxMetadataKeyLength'),
      maxMetadataValueLength: limit('maxMetadataValueLength'),
    },
    limitations: limitationsOf(children, 'auditLogs'),
    record: (input, context) =>
      children.at(input.organizationId, context, ({ auditLogs }, options) =>
        auditLogs.record(input, options),
      ),
    defineSchema: (input: DefineAuditSchema, context) =>
      everywhere(context, ({ client }) => client.auditLogs.defineSchema(input, optionsOf(context))),
    getSchema: (action, context) =>
      everywhere(context, ({ client }) => client.auditLogs.getSchema(action, optionsOf(context))),
  };
}
