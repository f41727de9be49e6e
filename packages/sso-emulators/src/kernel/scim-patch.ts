import { isRecord } from './parse.js';
import { records } from './scim-schema.js';

/** One operation of a PATCH, its verb in lower case: Entra ID writes `Add` and `Replace`. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path?: string;
  readonly value?: unknown;
}

/** The operations of a PATCH body, or `undefined` when it is none. [RFC 7644 §3.5.2] */
export function readPatch(body: Record<string, unknown>): PatchOperation[] | undefined {
  const given = body['Operations'];
  if (!Array.isArray(given)) return undefined;
  const operations = records(given).flatMap((operation): PatchOperation[] => {
    const op = ['add', 'replace', 'remove'].find(
      (verb): verb is PatchOperation['op'] => verb === String(operation['op']).toLowerCase(),
    );
    const { path, value } = operation;
    if (op === undefined || (path !== undefined && typeof path !== 'string')) return [];
    return [{ op, value, ...(path === undefined ? {} : { path }) }];
  });
  return operations.length === given.length ? operations : undefined;
}

/** `name`, `name.sub`, `name[filter]`, `name[filter].sub`, `urn:…:User:name`. */
interface Path {
  readonly schema: string | undefined;
  readonly name: string;
  readonly filter: { readonly attribute: string; readonly value: string } | undefined;
  readonly sub: string | undefined;
}

export function parsePath(path: string): Path | undefined {
  const match =
    /^(?:(?<schema>urn:[\w:.-]+):)?(?<name>[\w$-]+)(?:\[(?<attribute>[\w$-]+) eq "?(?<value>[^"\]]*)"?\])?(?:\.(?<sub>[\w$-]+))?$/i.exec(
      path,
    );
  if (!match?.groups) return undefined;
  const { schema, name = '', attribute, value, sub } = match.groups;
  return {
    schema,
    name,
    filter: attribute === undefined ? undefined : { attribute, value: value ?? '' },
    sub,
  };
}

/** The resource after an operation; `undefined` when the path means nothing to us. */
export function patched(
  resource: Record<string, unknown>,
  { op, path, value }: PatchOperation,
): Record<string, unknown> | undefined {
  if (path === undefined) {
    if (!isRecord(value)) return undefined;
    // A key may be a path itself (Entra ID), and an extension's attributes come as one object.
    let result: Record<string, unknown> | undefined = resource;
    for (const [name, part] of Object.entries(value)) {
      if (!result) return undefined;
      const extension: unknown = result[name];
      if (name.startsWith('urn:') && isRecord(part)) {
        result = { ...result, [name]: { ...(isRecord(extension) ? extension : {}), ...part } };
      } else {
        result = patched(result, { op, path: name, value: part });
      }
    }
    return result;
  }
  const parsed = parsePath(path);
  if (!parsed) return undefined;
  const { schema, ...inner } = parsed;
  // The core schema's name before an attribute says nothing.
  if (schema === undefined || schema.includes(':core:')) return patchAttribute(resource, inner, op, value);
  const extension = isRecord(resource[schema]) ? resource[schema] : {};
  return { ...resource, [schema]: patchAttribute(extension, inner, op, value) };
}

function patchAttribute(
  target: Record<string, unknown>,
  { name, filter, sub }: Omit<Path, 'schema'>,
  op: PatchOperation['op'],
  value: unknown,
): Record<string, unknown> {
  const current = target[name];
  if (filter) {
    return { ...target, [name]: patchElements(records(current), filter, sub, op, value) };
  }
  if (sub !== undefined) {
    return { ...target, [name]: patchAttribute(isRecord(current) ? current : {}, plain(sub), op, value) };
  }
  if (op === 'remove') {
    const { [name]: _removed, ...rest } = target;
    return rest;
  }
  if (op === 'add' && Array.isArray(current)) {
    return { ...target, [name]: [...current, ...(Array.isArray(value) ? value : [value])] };
  }
  const isMerge = isRecord(current) && isRecord(value);
  return { ...target, [name]: isMerge ? { ...current, ...value } : value };
}

/** Elements the filter selects are changed; setting an attribute of none makes one, as Entra ID expects. */
function patchElements(
  elements: readonly Record<string, unknown>[],
  { attribute, value: wanted }: NonNullable<Path['filter']>,
  sub: string | undefined,
  op: PatchOperation['op'],
  value: unknown,
): Record<string, unknown>[] {
  const isSelected = (element: Record<string, unknown>): boolean => String(element[attribute]) === wanted;
  if (op === 'remove' && sub === undefined) return elements.filter((element) => !isSelected(element));
  const change = (element: Record<string, unknown>): Record<string, unknown> =>
    sub === undefined
      ? { ...element, ...(isRecord(value) ? value : { value }) }
      : patchAttribute(element, plain(sub), op, value);
  if (op === 'remove' || elements.some(isSelected)) {
    return elements.map((element) => (isSelected(element) ? change(element) : element));
  }
  const flag = wanted === 'true' || wanted === 'false' ? wanted === 'true' : wanted;
  return [...elements, change({ [attribute]: flag })];
}

function plain(name: string): Omit<Path, 'schema'> {
  return { name, filter: undefined, sub: undefined };
}
