import type { AuditMetadataTypes, AuditSchema, DefineAuditSchema } from '@org/sso-core';
import { z } from 'zod';
import { providerId } from '../ids.js';
import { isRecord } from '../record.js';
import { createReader, type Native } from './reader.js';
import { attributes, text, toTimestamp } from './values.js';

/** A JSON Schema, of which types by property are all we read. */
const metadataSchema = z.object({ properties: attributes }).nullish();

const auditSchemaSchema = z.object({
  version: z.number().int().positive(),
  targets: z.array(z.object({ type: z.string(), metadata: metadataSchema })),
  actor: z.object({ metadata: metadataSchema }).nullish(),
  metadata: metadataSchema,
  created_at: text,
});

/** An action's schema as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosAuditSchema = Native<typeof auditSchemaSchema>;

/** The schemas of one action: what is sent does not name it. */
export const auditSchemaOf = (action: string) =>
  createReader(auditSchemaSchema, (wire): AuditSchema => ({
    provider: providerId,
    action,
    version: wire.version,
    targets: wire.targets.map(({ type, metadata }) => ({ type, metadata: toTypes(metadata) })),
    actor: { metadata: toTypes(wire.actor?.metadata) },
    metadata: toTypes(wire.metadata),
    createdAt: toTimestamp(wire.created_at),
  }));

export function toWireSchema({ targets, actor, metadata }: DefineAuditSchema) {
  return {
    targets: targets.map((target) => ({
      type: target.type,
      metadata: target.metadata && toJsonSchema(target.metadata),
    })),
    actor: actor && { metadata: toJsonSchema(actor.metadata) },
    metadata: metadata && toJsonSchema(metadata),
  };
}

function toJsonSchema(types: AuditMetadataTypes) {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(types).map(([key, type]) => [key, { type }])),
  };
}

const knownTypes: ReadonlyMap<unknown, 'string' | 'number' | 'boolean'> = new Map([
  ['string', 'string'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
]);

function toTypes(metadata: z.infer<typeof metadataSchema>): AuditSchema['metadata'] {
  return Object.fromEntries(
    Object.entries(metadata?.properties ?? {}).map(([key, schema]) => [
      key,
      knownTypes.get(isRecord(schema) && schema['type']) ?? 'unknown',
    ]),
  );
}
