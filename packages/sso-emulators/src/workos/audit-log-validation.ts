import type { ErrorObject, ValidateFunction } from 'ajv';
import type { AuditLogSchema } from './audit-log-state.js';

/** A JSON Schema for metadata, or a fault of it in words. */
export async function metadataSchemaFault(schema: unknown): Promise<string | undefined> {
  const ajv = await validator();
  return ajv.validateSchema(schema as object) === true ? undefined : ajv.errorsText();
}

/** What a schema has against an event, as WorkOS answers it: errors of ajv, verbose. [R][S] */
export async function eventErrors(schema: AuditLogSchema, event: object): Promise<readonly ErrorObject[]> {
  const validate = compiled.get(schema) ?? (await compile(schema));
  return validate(event) ? [] : (validate.errors ?? []);
}

const compiled = new WeakMap<AuditLogSchema, ValidateFunction>();

async function compile(schema: AuditLogSchema): Promise<ValidateFunction> {
  const validate = (await validator()).compile(eventSchema(schema));
  compiled.set(schema, validate);
  return validate;
}

/** Each type of the schema has a target; others may be there too. The form is told by a recorded `schemaPath`. [R] */
function eventSchema({ targets, actor, metadata }: AuditLogSchema): object {
  return {
    type: 'object',
    properties: {
      actor: withMetadata(actor?.metadata),
      targets: {
        type: 'array',
        items: withMetadata(undefined),
        allOf: targets.map(({ type, metadata: wanted }) => ({
          contains: { properties: { type: { const: type }, ...(wanted && { metadata: wanted }) } },
        })),
      },
      metadata: { allOf: [limits, metadata ?? {}] },
    },
  };
}

function withMetadata(wanted: object | undefined): object {
  return { type: 'object', properties: { metadata: { allOf: [limits, wanted ?? {}] } } };
}

/** The same for all metadata. [S] */
const limits = {
  type: 'object',
  maxProperties: 50,
  additionalProperties: false,
  patternProperties: {
    '^[a-zA-Z0-9_-]{0,40}$': {
      anyOf: [{ type: 'string', maxLength: 500 }, { type: 'number' }, { type: 'boolean' }],
    },
  },
};

async function validator() {
  const { Ajv } = await import('ajv');
  return new Ajv({ allErrors: true, verbose: true, strict: false });
}
