/** One fault in data somebody wrote: a seed file or a control request. The message names the place. */
export class InvalidInputError extends Error {
  constructor(place: string, problem: string) {
    super(`${place} ${problem}`);
    this.name = 'InvalidInputError';
  }
}

export function record(value: unknown, place: string): Record<string, unknown> {
  if (!isRecord(value)) throw new InvalidInputError(place, `must be an object (got ${shown(value)})`);
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object with no other names than these. */
export function fields(value: unknown, place: string, names: readonly string[]): Record<string, unknown> {
  const given = record(value, place);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw new InvalidInputError(`${place}.${stranger}`, `is not a known field (known: ${names.join(', ')})`);
  }
  return given;
}

export function list<T>(value: unknown, place: string, parse: (item: unknown, place: string) => T): T[] {
  if (!Array.isArray(value)) throw new InvalidInputError(place, `must be an array (got ${shown(value)})`);
  return value.map((item, index) => parse(item, `${place}[${index}]`));
}

export function text(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new InvalidInputError(place, `must be a non-empty string (got ${shown(value)})`);
  }
  return value;
}

export function flag(value: unknown, place: string): boolean {
  if (typeof value !== 'boolean')
    throw new InvalidInputError(place, `must be true or false (got ${shown(value)})`);
  return value;
}

export function wholeNumber(value: unknown, place: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidInputError(place, `must be a whole number, 0 or more (got ${shown(value)})`);
  }
  return value;
}

export function oneOf<T extends string>(words: readonly T[], value: unknown, place: string): T {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined)
    throw new InvalidInputError(place, `must be one of ${words.join(', ')} (got ${shown(value)})`);
  return word;
}

export function optional<T>(
  value: unknown,
  place: string,
  parse: (value: unknown, place: string) => T,
): T | undefined {
  return value === undefined ? undefined : parse(value, place);
}

export function absoluteUrl(value: unknown, place: string): string {
  const url = text(value, place);
  // A port or label wildcard is registered as it is written: URL parsers refuse it.
  if (!URL.canParse(url.replaceAll('*', '1')))
    throw new InvalidInputError(place, `must be an absolute URL (got ${shown(value)})`);
  return url;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same object without names whose value is `undefined`. */
export function defined<T extends object>(value: T): Defined<T>;
export function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
