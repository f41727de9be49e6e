import { describe, expect, it } from 'vitest';
import { createSso } from '../../src/index.js';
import { createMemoryProvider } from '../../src/testing/index.js';

const redirectUri = 'https://app.example.com/callback';
const usable = 's'.repeat(32);

describe('login secrets', () => {
  it.each([
    ['none', []],
    ['one that is too short', [usable, 'canary']],
    ['an unset variable', [undefined]],
    ['nothing', undefined],
    ['a string instead of a list', usable],
  ])('%s: refused at construction, in words that repeat none', (_, secrets) => {
    const create = () =>
      createSso({ provider: createMemoryProvider().provider, login: { secrets, redirectUri } as never });
    expect(create).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringMatching(/^login\.secrets needs/),
      }),
    );
    expect(create).not.toThrow(/canary/);
  });
});

it('a misspelt setting is refused: without one-time ids of its own a callback would count once in every process', () => {
  const login = { secrets: [usable], redirectUri, oneTimeIDs: {} } as never;
  expect(() => createSso({ provider: createMemoryProvider().provider, login })).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringMatching(/^There is no setting "login\.oneTimeIDs": .*login\.oneTimeIds/),
    }),
  );
});
