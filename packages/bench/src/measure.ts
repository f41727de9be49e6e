/** Samples of one contender: a list per figure measured. */
export type Samples<Figure extends string> = Readonly<Record<Figure, number>>;

/**
 * Medians of `rounds` samples of each contender. Every round samples all of them, each round starting with another one, so that
 * whatever else the machine does meets all alike. One round beforehand is thrown away.
 */
export async function medianOfRounds<Contender extends string, Figure extends string>(
  rounds: number,
  contenders: readonly Contender[],
  sample: (contender: Contender) => Promise<Samples<Figure>>,
): Promise<Record<Contender, Samples<Figure>>> {
  const taken = new Map<Contender, Samples<Figure>[]>(contenders.map((contender) => [contender, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(turn + Math.max(round, 0)) % contenders.length]!;
      const figures = await sample(contender);
      if (round >= 0) taken.get(contender)!.push(figures);
    }
  }
  return Object.fromEntries(
    [...taken].map(([contender, samples]) => {
      const figures = Object.keys(samples[0]!) as Figure[];
      return [
        contender,
        Object.fromEntries(
          figures.map((figure) => [figure, median(samples.map((figuresOfRound) => figuresOfRound[figure]))]),
        ),
      ];
    }),
  ) as Record<Contender, Samples<Figure>>;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Prints a Markdown table, ready for the README. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  console.log(line(head));
  console.log(
    `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`,
  );
  for (const row of rows) console.log(line(row));
}

/** Prints whether a budget is kept. */
export function printBudget(what: string, figure: number, limit: number): void {
  console.log(
    `Budget ${figure <= limit ? 'kept' : 'MISSED'}: ${what} ${figure.toFixed(2)} (at most ${limit.toFixed(2)})`,
  );
}

/** Milliseconds of CPU, user and system, of this process. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
