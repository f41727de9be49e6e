/** Many short texts by number, as bytes outside the heap's objects: a fifth of what as many strings take. */
export interface TextStore {
  set(index: number, text: string): void;
  get(index: number): string;
}

const chunkSize = 1 << 20;

export function createTextStore(): TextStore {
  const chunks: Buffer[] = [];
  /** By number: chunk, start and length. */
  let places = new Uint32Array(3 * 1024);
  let used = chunkSize;

  function reserve(index: number): void {
    if (index * 3 < places.length) return;
    const larger = new Uint32Array(Math.max(places.length * 2, (index + 1) * 3));
    larger.set(places);
    places = larger;
  }

  return {
    set(index, text) {
      reserve(index);
      const length = Buffer.byteLength(text);
      if (used + length > chunkSize) {
        chunks.push(Buffer.allocUnsafeSlow(Math.max(chunkSize, length)));
        used = 0;
      }
      chunks.at(-1)!.write(text, used);
      places.set([chunks.length - 1, used, length], index * 3);
      used += length;
    },
    get(index) {
      const start = places[index * 3 + 1]!;
      return chunks[places[index * 3]!]!.toString('utf8', start, start + places[index * 3 + 2]!);
    },
  };
}
