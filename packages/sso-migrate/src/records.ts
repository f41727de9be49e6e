/** Many items that need not all be in memory at once. Iterating starts anew each time; an array is one too. */
export interface Records<T> extends Iterable<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

/** How many there are, and a few of them. */
export interface Sample {
  readonly count: number;
  /** At most {@link maxExamples}. Ids and domains, never personal values. */
  readonly examples: readonly string[];
}

export const maxExamples = 10;
