import type { EmulatorRequest } from '../kernel/http.js';
import { isRecord } from '../kernel/parse.js';
import { onlyMessage, type Problem, validationFailed } from './errors.js';

/** The JSON body; an empty one is `{}`. Anything but an object is a 400. */
export function readBody(request: EmulatorRequest): Record<string, unknown> {
  let value: unknown;
  try {
    value = request.json() ?? {};
  } catch {
    throw onlyMessage(400, 'The request body is not valid JSON.');
  }
  if (!isRecord(value)) throw onlyMessage(400, 'The request body must be a JSON object.');
  return value;
}

/** Problems of one request, answered together. `null` counts as absent: Ruby clients send it. */
export class Problems {
  readonly #found: Problem[] = [];

  add(field: string, code: string): void {
    this.#found.push({ field, code });
  }

  requiredText(body: Record<string, unknown>, field: string): string {
    const value = this.text(body, field);
    if (value) return value;
    if (value === '' || body[field] === undefined || body[field] === null) this.add(field, 'required');
    return '';
  }

  text(body: Record<string, unknown>, field: string): string | undefined {
    const value = body[field] ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    this.add(field, `${field} must be a string`);
    return undefined;
  }

  flag(body: Record<string, unknown>, field: string): boolean | undefined {
    const value = body[field] ?? undefined;
    if (value === undefined || typeof value === 'boolean') return value;
    this.add(field, `${field} must be a boolean`);
    return undefined;
  }

  /** Answers 422 when there are any. */
  check(): void {
    if (this.#found.length > 0) throw validationFailed(this.#found);
  }
}

/** A domain name as WorkOS takes it. */
export function isDomainName(value: unknown): value is string {
  return (
    typeof value === 'string' && /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/i.test(value)
  );
}

const maxMetadataKeys = 50;
const maxMetadataKey = 40;
const maxMetadataValue = 600;

/**
 * Metadata after a write: keys are merged, `null` deletes one, `{}` clears all. `undefined` when it breaks the
 * limits (50 keys of 40 characters, values of 600). [S][D "Metadata"]
 */
export function mergeMetadata(
  current: Readonly<Record<string, string>>,
  changes: unknown,
): Record<string, string> | undefined {
  if (changes === undefined || changes === null) return { ...current };
  if (!isRecord(changes)) return undefined;
  if (Object.keys(changes).length === 0) return {};
  const merged: Record<string, string> = { ...current };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) {
      delete merged[key];
      continue;
    }
    if (typeof value !== 'string' || key.length > maxMetadataKey || value.length > maxMetadataValue)
      return undefined;
    merged[key] = value;
  }
  return Object.keys(merged).length > maxMetadataKeys ? undefined : merged;
}

/** An external id: up to 128 ASCII characters. [S] */
export function isExternalId(value: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7F]{1,128}$/.test(value);
}
