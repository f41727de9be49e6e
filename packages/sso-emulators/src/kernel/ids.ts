import { createHash } from 'node:crypto';

/** Numbers an emulator builds its ids from: the same seed and a frozen clock give the same ids. */
export interface IdSource {
  /** 1, 2, 3 … */
  next(): number;
  reset(): void;
}

/** Counts from 1. */
export function createIdSource(): IdSource {
  let last = 0;
  return {
    next: () => ++last,
    reset() {
      last = 0;
    },
  };
}

/** Bytes that look random and depend only on `input`: codes, tokens and ULID tails. */
export function digest(input: string): Buffer {
  return createHash('sha256').update(input).digest();
}
