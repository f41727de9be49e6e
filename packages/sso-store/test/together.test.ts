import { expect, test } from 'vitest';
import { together } from '../src/together.js';

test('calls made while one runs share the next run, and each has its own answer', async () => {
  const runs: (readonly number[])[] = [];
  const double = together<number, number>(async (inputs) => {
    runs.push(inputs);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return inputs.map((input) => input * 2);
  });
  const first = double(1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await Promise.all([first, double(2), double(3)])).toEqual([2, 4, 6]);
  expect(runs).toEqual([[1], [2, 3]]);
  expect(await double(4)).toBe(8);
});

test('one that fails takes no other with it', async () => {
  const check = together<number, string>(async (inputs) => {
    for (const input of inputs) if (input < 0) throw new Error(`refused ${input}`);
    return inputs.map(String);
  });
  const outcomes = await Promise.allSettled([1, -2, 3, -4].map(check));
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: '1' },
    { status: 'rejected', reason: new Error('refused -2') },
    { status: 'fulfilled', value: '3' },
    { status: 'rejected', reason: new Error('refused -4') },
  ]);
  expect(await check(5)).toBe('5');
});

test('a long queue is run in parts', async () => {
  const sizes: number[] = [];
  const run = together<number, number>(async (inputs) => {
    sizes.push(inputs.length);
    return inputs;
  });
  const inputs = Array.from({ length: 80 }, (_, index) => index);
  expect(await Promise.all(inputs.map(run))).toEqual(inputs);
  expect(sizes).toEqual([32, 32, 16]);
});
