import { digest, type IdSource } from '../kernel/ids.js';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A 26-character ULID made of the clock, a counter and a digest of both, so that ids sort by creation and the same
 * seed and a frozen clock give the same ids.
 */
export function ulid(at: Date, ids: IdSource): string {
  const count = ids.next();
  const tail = Array.from(digest(`${at.getTime()}:${count}`).subarray(0, 10), (byte) => alphabet[byte % 32]);
  return encode(at.getTime(), 10) + encode(count, 6) + tail.join('');
}

/** A bare random-looking string that depends only on an id. */
export function externalKey(id: string, length = 16): string {
  return Array.from(digest(id), (byte) => alphabet[byte % 32])
    .join('')
    .slice(0, length);
}

function encode(value: number, length: number): string {
  let rest = value;
  let text = '';
  for (let place = 0; place < length; place += 1) {
    text = (alphabet[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
