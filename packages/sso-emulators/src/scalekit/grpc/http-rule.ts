import type { DescMethod, JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { BinaryReader } from '@bufbuild/protobuf/wire';

/** The REST operation of an RPC: its `google.api.http` option [P]. */
export interface HttpRule {
  readonly method: string;
  /** `/api/v1/organizations/{id}` */
  readonly path: string;
  /** The field of the request that is the body; `*` for what is not in the path, `''` for none. */
  readonly body: string;
}

/** Number of the extension `google.api.http`, and names of the fields of `HttpRule` that are verbs. */
const httpExtension = 72_295_728;
const verbs: Readonly<Record<number, string>> = { 2: 'GET', 3: 'PUT', 4: 'POST', 5: 'DELETE', 6: 'PATCH' };

/** The rule of an RPC and its additional bindings. The SDK ships the option's bytes but not its descriptor. */
export function httpRules({ proto }: DescMethod, Reader: typeof BinaryReader): HttpRule[] {
  const option = proto.options?.$unknown?.find(({ no }) => no === httpExtension);
  return option ? readRules(new Reader(option.data).bytes(), Reader) : [];
}

function readRules(bytes: Uint8Array, Reader: typeof BinaryReader): HttpRule[] {
  const reader = new Reader(bytes);
  const rule = { method: '', path: '', body: '' };
  const more: HttpRule[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const verb = verbs[field];
    if (verb !== undefined) {
      rule.method = verb;
      rule.path = reader.string();
    } else if (field === 7) {
      rule.body = reader.string();
    } else if (field === 11) {
      more.push(...readRules(reader.bytes(), Reader));
    } else {
      reader.skip(wireType);
    }
  }
  return [rule, ...more];
}

/** A REST request without its headers. */
export interface RestRequest {
  readonly method: string;
  /** With the query. */
  readonly target: string;
  readonly body: JsonValue | undefined;
}

/** The REST request of a message, names in snake_case; `undefined` when a field of the path is empty. */
export function restRequest(rule: HttpRule, message: JsonObject): RestRequest | undefined {
  const rest = { ...message };
  let isComplete = true;
  const path = rule.path.replaceAll(/\{([^}]+)\}/g, (_, field: string) => {
    const { [field]: value } = rest;
    delete rest[field];
    if (typeof value === 'string' && value !== '') return encodeURIComponent(value);
    isComplete = false;
    return '';
  });
  if (!isComplete) return undefined;
  if (rule.body === '*') return { method: rule.method, target: path, body: rest };
  const { [rule.body]: body, ...parameters } = rest;
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) => pairs(name, value)),
  );
  return {
    method: rule.method,
    target: query.size > 0 ? `${path}?${query.toString()}` : path,
    body: rule.body === '' ? undefined : (body ?? {}),
  };
}

/** Parameters of a field: one per element of a list, dotted names for the fields of a message. */
function pairs(name: string, value: JsonValue): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((element) => pairs(name, element));
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([field, inner]) => pairs(`${name}.${field}`, inner));
}
