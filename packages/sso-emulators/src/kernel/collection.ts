/** Items by id in the order they were added. Finding an id, and walking on from it, does not depend on the size. */
export class Collection<T extends { readonly id: string }> {
  readonly #items: T[] = [];
  readonly #sequences: number[] = [];
  readonly #sequenceById = new Map<string, number>();
  #lastSequence = 0;

  get size(): number {
    return this.#items.length;
  }

  add(item: T): T {
    this.#lastSequence += 1;
    this.#items.push(item);
    this.#sequences.push(this.#lastSequence);
    this.#sequenceById.set(item.id, this.#lastSequence);
    return item;
  }

  get(id: string): T | undefined {
    const index = this.indexOf(id);
    return index === -1 ? undefined : this.#items[index];
  }

  /** Position in insertion order, or -1. */
  indexOf(id: string): number {
    const sequence = this.#sequenceById.get(id);
    if (sequence === undefined) return -1;
    let low = 0;
    let high = this.#sequences.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sequences[middle] ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts an item where the one with its id is. */
  replace(item: T): void {
    const index = this.indexOf(item.id);
    if (index !== -1) this.#items[index] = item;
  }

  delete(id: string): boolean {
    const index = this.indexOf(id);
    if (index === -1) return false;
    this.#items.splice(index, 1);
    this.#sequences.splice(index, 1);
    this.#sequenceById.delete(id);
    return true;
  }

  clear(): void {
    this.#items.length = 0;
    this.#sequences.length = 0;
    this.#sequenceById.clear();
  }

  slice(start: number, end?: number): T[] {
    return this.#items.slice(start, end);
  }

  /** The items from `index` on, towards newer (`step` 1) or older (`step` -1) ones. */
  *walk(index: number, step: 1 | -1): Generator<T> {
    for (let at = index; at >= 0 && at < this.#items.length; at += step) {
      const item = this.#items[at];
      if (item) yield item;
    }
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
