import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contractCases, createMemoryHarness, runCase } from '../src/index.js';
import { brokenProviders } from './broken-providers.js';

describe.each(Object.entries(brokenProviders))('a provider that %s', (_, [caseIds, change]) => {
  test.each(caseIds)('fails %s, which the reference passes', async (id) => {
    const contractCase = contractCases.find((each) => each.id === id)!;
    const harness = createMemoryHarness();
    const secrets = [...harness.secrets, 'sk_test_canary'];
    if (contractCase.without === undefined) await runCase(contractCase, { ...harness, secrets });
    const outcome = runCase(contractCase, { ...createMemoryHarness({ change }), secrets });
    await expect(outcome).rejects.toBeInstanceOf(Error);
  });
});

test('docs/contract.md says which cases notice which broken provider', () => {
  const document = readFileSync(new URL('../../../docs/contract.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| A provider that (.+?) *\| (.+?) *\|$/gm)];
  const expected = Object.entries(brokenProviders).map(([what, [caseIds]]) => [what, caseIds.join(', ')]);
  expect(rows.map(([, what, caseIds]) => [what, caseIds])).toEqual(expected);
});
