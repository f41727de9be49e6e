const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const redacted = '[redacted]';

/** A token or key that prints as `[redacted]` in logs, inspections and JSON. `reveal()` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspectCustom](): string {
    return redacted;
  }
}
