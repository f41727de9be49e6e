import { createHash } from 'node:crypto';

/** Equal for equal JSON. */
export function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

/** Of many, whatever their order. */
export function fingerprintOfAll(fingerprints: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const each of [...fingerprints].toSorted()) hash.update(each);
  return hash.digest('base64url');
}
