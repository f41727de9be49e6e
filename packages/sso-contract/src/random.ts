import { createHash, randomInt } from 'node:crypto';

/** Choices that can be had again: the same seed and purpose make the same ones, whatever else runs. */
export interface Random {
  /** Both ends included. */
  integer(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
}

const seeds = 2 ** 32;

export function createSeed(): number {
  return randomInt(seeds);
}

/** Throws for what is no seed. */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed >= seeds)
    throw new RangeError(`A seed is a whole number from 0 to ${seeds - 1}, not "${text}".`);
  return seed;
}

/** SHA-256 of seed, purpose and a counter: far from any pattern, and one call a choice. */
export function createRandom(seed: number, purpose: string): Random {
  let drawn = 0;
  const integer: Random['integer'] = (min, max) => {
    drawn += 1;
    const digest = createHash('sha256').update(`${seed}/${purpose}/${drawn}`).digest();
    return min + (digest.readUIntBE(0, 6) % (max - min + 1));
  };
  return { integer, pick: (items) => items[integer(0, items.length - 1)]! };
}
