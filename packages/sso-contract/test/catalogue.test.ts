import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contractCases } from '../src/index.js';

test('docs/contract.md and the cases have the same ids with the same sentences', () => {
  const document = readFileSync(new URL('../../../docs/contract.md', import.meta.url), 'utf8');
  const sentences = [...document.matchAll(/^- \*\*([A-Z]+-\d+)\*\* (.+)$/gm)].map(([, id, title]) => [
    id,
    title,
  ]);
  const cases = contractCases.map(({ id, title }) => [id, title]);
  expect(Object.fromEntries(sentences)).toEqual(Object.fromEntries(cases));
  expect(sentences).toHaveLength(cases.length);
});

test('every id is used once', () => {
  expect(new Set(contractCases.map(({ id }) => id)).size).toBe(contractCases.length);
});

test('every feature a case depends on has a counterpart: a case without it, or with another value of it', () => {
  const conditions = contractCases.flatMap(({ features = [] }) => features);
  const pathOf = (condition: string) => condition.split('=')[0];
  const lonely = conditions.filter(
    (condition) =>
      !contractCases.some(({ without }) => without === condition || without === pathOf(condition)) &&
      !conditions.some((other) => other !== condition && pathOf(other) === pathOf(condition)),
  );
  expect(lonely).toEqual([]);
});
