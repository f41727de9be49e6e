import type { AuditSchema, DefineAuditSchema } from '../model/index.js';

/** Whether a schema allows exactly what this definition asks for: then there is nothing to define. Order means nothing. */
export function saysTheSame(schema: AuditSchema, definition: DefineAuditSchema): boolean {
  return textOf(schema) === textOf(definition);
}

function textOf({ targets, actor, metadata }: AuditSchema | DefineAuditSchema): string {
  return JSON.stringify([
    targets.map((target) => JSON.stringify([target.type, sorted(target.metadata)])).toSorted(),
    sorted(actor?.metadata),
    sorted(metadata),
  ]);
}

function sorted(types: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(types)
    .map(([key, type]) => `${key}: ${type}`)
    .toSorted();
}
