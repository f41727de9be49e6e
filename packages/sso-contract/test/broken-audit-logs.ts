import { randomUUID } from 'node:crypto';
import { SsoError, type AuditEvent, type OrganizationId } from '@org/sso-core';
import type { AuditLogsFacet, SsoProvider } from '@org/sso-core/provider';
import type { MemoryProvider } from '@org/sso-core/testing';

type Broken = readonly [caseIds: readonly string[], change: (provider: MemoryProvider) => SsoProvider];

function broken(
  caseIds: readonly string[],
  change: (auditLogs: MemoryProvider['auditLogs']) => Partial<AuditLogsFacet>,
): Broken {
  return [
    caseIds,
    ({ auditLogs, ...provider }) => ({ ...provider, auditLogs: { ...auditLogs, ...change(auditLogs) } }),
  ];
}

const withoutMetadata = ({ metadata: _metadata, ...event }: AuditEvent): AuditEvent => ({
  ...event,
  targets: event.targets.map(({ metadata: _dropped, ...target }) => target),
});

/** Wrong in one way with audit logs; the named cases must notice. */
export const brokenAuditLogs: Readonly<Record<string, Broken>> = {
  'drops the metadata of audit events': broken(['AUDIT-01', 'AUDIT-07'], ({ record }) => ({
    record: (input, context) => record({ ...input, event: withoutMetadata(input.event) }, context),
  })),
  'cuts long metadata of audit events': broken(['AUDIT-07'], ({ record, features }) => ({
    features: { ...features, maxMetadataValueLength: null },
    record({ event, ...input }, context) {
      const entries = Object.entries(event.metadata ?? {});
      const metadata = Object.fromEntries(entries.map(([key, value]) => [key, String(value).slice(0, 500)]));
      return record({ ...input, event: { ...event, metadata } }, context);
    },
  })),
  'says when an audit event was recorded, not when it happened': broken(
    ['AUDIT-01', 'AUDIT-02'],
    ({ record }) => ({
      record: ({ event, ...input }, context) =>
        record({ ...input, event: { ...event, occurredAt: new Date().toISOString() } }, context),
    }),
  ),
  'ignores idempotency keys of audit events': broken(['AUDIT-04'], ({ record }) => ({
    record: ({ idempotencyKey: _key, ...input }, context) => record(input, context),
  })),
  'takes any event under a used key for the first one': broken(['AUDIT-05'], ({ record }) => {
    const used = new Set<string>();
    return {
      async record(input, context) {
        const key = input.idempotencyKey ?? randomUUID();
        if (!used.has(key)) await record(input, context);
        used.add(key);
      },
    };
  }),
  'writes audit events into the log of whoever came first': broken(['AUDIT-03'], ({ record }) => {
    let first: OrganizationId | undefined;
    return {
      record(input, context) {
        first ??= input.organizationId;
        return record({ ...input, organizationId: first }, context);
      },
    };
  }),
  'loses audit events the vendor refuses': broken(
    ['AUDIT-06', 'AUDIT-21', 'AUDIT-24', 'AUDIT-25'],
    ({ record }) => ({
      record: (input, context) => record(input, context).catch(() => undefined),
    }),
  ),
  'shows the metadata of a refused audit event': broken(['AUDIT-12', 'AUDIT-25'], ({ record }) => ({
    record: (input, context) =>
      record(input, context).catch((error: SsoError) => {
        const message = `refused: ${JSON.stringify(input.event)}`;
        throw new SsoError({ code: error.code, message });
      }),
  })),
  'defines a schema anew each time': broken(['AUDIT-23'], ({ defineSchema }) => ({
    async defineSchema({ action, ...definition }, context) {
      const targets = [...definition.targets, { type: randomUUID() }];
      await defineSchema({ action, ...definition, targets }, context);
      return defineSchema({ action, ...definition }, context);
    },
  })),
  'answers the first version of a schema for the newest': broken(
    ['AUDIT-24'],
    ({ defineSchema, getSchema }) => {
      const first = new Map<string, Awaited<ReturnType<typeof defineSchema>>>();
      return {
        async defineSchema(definition, context) {
          const defined = await defineSchema(definition, context);
          if (!first.has(definition.action)) first.set(definition.action, defined);
          return defined;
        },
        getSchema: async (action, context) => first.get(action) ?? getSchema(action, context),
      };
    },
  ),
};
