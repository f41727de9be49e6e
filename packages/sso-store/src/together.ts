import { setImmediate as nextTurn } from 'node:timers/promises';

/** Inputs of one run: of a hundred at once, planning alone takes PostgreSQL 40 ms. */
const limit = 32;

/**
 * Makes one run of the calls that come while another runs: they then share its statements and its one wait for the disk. `run` answers in
 * the order of its inputs, and all of it or none takes effect. Of several that failed together, each is run again alone.
 */
export function together<Input, Output>(
  run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
): (input: Input) => Promise<Output> {
  const waiting: {
    readonly input: Input;
    readonly resolve: (output: Output) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  let isRunning = false;

  async function runWaiting(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      // Whoever was just answered may have its next call ready.
      await nextTurn();
      const calls = waiting.splice(0, limit);
      try {
        const outputs = await run(calls.map(({ input }) => input));
        for (const [index, { resolve }] of calls.entries()) resolve(outputs[index]!);
      } catch (error) {
        if (calls.length === 1) calls[0]!.reject(error);
        else
          for (const { input, resolve, reject } of calls)
            await run([input]).then(([output]) => resolve(output!), reject);
      }
    }
    isRunning = false;
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!isRunning) void runWaiting();
    });
}
