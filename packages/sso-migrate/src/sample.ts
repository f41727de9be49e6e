import { maxExamples, type Sample } from './records.js';

/** Counts all and keeps the first few. */
export interface Sampler extends Sample {
  add(example: string): void;
}

export function createSampler(): Sampler {
  const examples: string[] = [];
  let count = 0;
  return {
    examples,
    get count() {
      return count;
    },
    add(example) {
      count += 1;
      if (examples.length < maxExamples) examples.push(example);
    },
  };
}

/** What is JSON. */
export function sampleOf({ count, examples }: Sample): Sample {
  return { count, examples: [...examples] };
}
