import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Records } from './records.js';

/** Records that are kept compressed, so that tens of thousands of customers fit in a few megabytes. */
export interface Spool<T> extends Records<T> {
  add(item: T): void;
  toJSON(): T[];
}

/** Items compressed together. More compress better, fewer are faster to get. */
const blockSize = 32;

export function createSpool<T>(items: Iterable<T> = []): Spool<T> {
  const blocks: Buffer[] = [];
  let open: T[] = [];
  let last: { readonly number: number; readonly items: readonly T[] } | undefined;

  function block(number: number): readonly T[] | undefined {
    const packed = blocks[number];
    if (packed === undefined) return number === blocks.length ? open : undefined;
    if (last?.number !== number)
      last = { number, items: JSON.parse(inflateRawSync(packed).toString()) as T[] };
    return last.items;
  }

  function* iterate(): Generator<T> {
    for (let number = 0; number <= blocks.length; number += 1) yield* block(number)!;
  }

  const spool: Spool<T> = {
    get length() {
      return blocks.length * blockSize + open.length;
    },
    add(item) {
      open.push(item);
      if (open.length < blockSize) return;
      blocks.push(deflateRawSync(JSON.stringify(open), { level: 1 }));
      open = [];
    },
    at: (index) => (index < 0 ? undefined : block(Math.floor(index / blockSize))?.[index % blockSize]),
    [Symbol.iterator]: iterate,
    toJSON: () => [...iterate()],
  };
  for (const item of items) spool.add(item);
  return spool;
}
