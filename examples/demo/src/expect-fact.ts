/** Stops the demo when what it tells is not so. */
export function expectFact(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The demo went wrong: it is not true that ${what}`);
}
