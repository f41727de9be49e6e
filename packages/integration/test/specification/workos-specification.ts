import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

type Schema = Record<string, unknown>;

interface OpenApi {
  readonly paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

interface WireEvent {
  readonly event: string;
}

/** A request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/** What is wrong with an answer, in words that name no ids. */
export interface Finding {
  /** As the document writes it: `GET /organizations/{id} 200`. */
  readonly operation: string;
  readonly problem: string;
}

/** The operations of a document and what it says about their answers. */
export interface Specification {
  /** The operation of a request, as the document writes it; `undefined` when it has none. */
  operation(method: string, path: string): string | undefined;
  judge(exchange: Exchange): Finding[];
  /** What is wrong with an event, in webhooks or in the stream. */
  judgeEvent(body: string): string[];
}

/** WorkOS's own OpenAPI document, with every object closed: a property it does not name is a finding. [S] */
export function readWorkosSpecification(): Specification {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@workos/openapi-spec/spec');
  const document = closed(
    withNamedEvents(parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 }) as OpenApi),
  );
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'workos');
  const validators = new Map<string, ValidateFunction | undefined>();
  const eventValidators = new Map<string, ValidateFunction>();
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((verb) => ({ method: verb.toUpperCase(), path, pattern: patternOf(path) })),
  );

  function find(method: string, path: string) {
    return operations
      .filter((operation) => operation.method === method && operation.pattern.test(path))
      .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
  }

  function validator(method: string, path: string, status: number): ValidateFunction | undefined {
    const key = `${method} ${path} ${status}`;
    if (!validators.has(key)) {
      const response = document.paths[path]?.[method.toLowerCase()]?.responses?.[status] as
        | Schema
        | undefined;
      const schema = (response?.['content'] as Record<string, { schema?: Schema }> | undefined)?.[
        'application/json'
      ]?.schema;
      const pointer = [
        'paths',
        path,
        method.toLowerCase(),
        'responses',
        String(status),
        'content',
        'application/json',
        'schema',
      ]
        .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
        .map(encodeURIComponent)
        .join('/');
      validators.set(key, schema && ajv.compile({ $ref: `workos#/${pointer}` }));
    }
    return validators.get(key);
  }

  /** By the variant of the event's name: of the whole union, nothing would tell which was meant. */
  function judgeEvent(event: WireEvent): string[] {
    const { event: name } = event;
    if (!(eventSchema(name) in document.components.schemas)) return [`${name} is not documented`];
    const validate =
      eventValidators.get(name) ?? ajv.compile({ $ref: `workos#/components/schemas/${eventSchema(name)}` });
    eventValidators.set(name, validate);
    validate(event);
    return problems(validate).map((problem) => `${name} ${problem}`);
  }

  return {
    operation(method, path) {
      const found = find(method, path);
      return found && `${method} ${found.path}`;
    },
    judge({ method, path, status, body }) {
      const found = find(method, path);
      if (!found) return [];
      const operation = `${method} ${found.path} ${status}`;
      const responses = document.paths[found.path]?.[method.toLowerCase()]?.responses ?? {};
      if (!(status in responses)) return [{ operation, problem: 'status is not documented' }];
      const validate = validator(method, found.path, status);
      if (!validate) return body === '' ? [] : [{ operation, problem: 'body is not documented' }];
      let content: unknown;
      try {
        content = JSON.parse(body);
      } catch {
        return [{ operation, problem: `body is ${JSON.stringify(body)}, not JSON` }];
      }
      validate(content);
      const listed = operation === 'GET /events 200' ? (content as { data: WireEvent[] }).data : [];
      const inEvents = new Set(listed.flatMap(judgeEvent));
      return [...problems(validate), ...inEvents].map((problem) => ({ operation, problem }));
    },
    judgeEvent: (body) => judgeEvent(JSON.parse(body) as WireEvent),
  };
}

function problems({ errors }: ValidateFunction): string[] {
  return [...new Set((errors ?? []).flatMap(describe))];
}

function describe({ instancePath, schemaPath, message, params }: ErrorObject): string[] {
  // The alternative that was meant is unknown: that none fits says enough.
  if (/\/(?:oneOf|anyOf)\//.test(schemaPath)) return [];
  const place =
    instancePath
      .replaceAll(/\/\d+(?=\/|$)/g, '[]')
      .replaceAll('/', '.')
      .replace(/^\./, '') || 'body';
  const { unevaluatedProperty: extra } = params;
  return [extra === undefined ? `${place} ${message}` : `${place} has ${String(extra)}`];
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}

function eventSchema(name: string): string {
  return `event-${name}`;
}

/** The variants of `EventSchema` as schemas of their own; what is left of it is the envelope. */
function withNamedEvents(document: OpenApi): OpenApi {
  const { schemas } = document.components;
  const { allOf } = schemas['EventSchema'] as {
    allOf: { oneOf?: { properties: { event: { const: string } } }[] }[];
  };
  const [union] = allOf.splice(
    allOf.findIndex(({ oneOf }) => oneOf),
    1,
  );
  for (const variant of union?.oneOf ?? []) schemas[eventSchema(variant.properties.event.const)] = variant;
  return document;
}

/** The document with `unevaluatedProperties: false` wherever an object is described. */
function closed(document: OpenApi): OpenApi {
  function visit(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(visit);
    if (typeof schema !== 'object' || schema === null) return schema;
    const entries = Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties' || keyword === 'patternProperties')
        return [
          keyword,
          Object.fromEntries(Object.entries(value as Schema).map(([name, inner]) => [name, close(inner)])),
        ];
      if (keyword === 'items' || keyword === 'additionalProperties' || keyword === 'schema')
        return [keyword, close(value)];
      if (['example', 'examples', 'enum', 'const', 'default', 'required'].includes(keyword))
        return [keyword, value];
      return [keyword, visit(value)];
    });
    return Object.fromEntries(entries) as unknown;
  }
  function close(schema: unknown): unknown {
    const visited = visit(schema);
    if (typeof visited !== 'object' || visited === null) return visited;
    const isObject = ['$ref', 'properties', 'allOf', 'oneOf', 'anyOf'].some((keyword) => keyword in visited);
    return isObject ? { allOf: [visited], unevaluatedProperties: false } : visited;
  }
  return { ...document, paths: visit(document.paths), components: visit(document.components) } as OpenApi;
}
