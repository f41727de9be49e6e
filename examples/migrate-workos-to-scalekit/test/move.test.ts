import { expect, test } from 'vitest';
import { playMove } from '../src/move.js';

test('everybody is who they were, after a move with a roll-back in it', { timeout: 120_000 }, async () => {
  const told: string[] = [];
  const { report, logins, ...moved } = await playMove((line) => told.push(line));
  expect(moved).toEqual({
    organizations: 3,
    usersBefore: 7,
    usersAfter: 8,
    duplicates: 0,
    lost: 0,
    rolledBack: 1,
  });
  expect(logins).toBeGreaterThan(0);
  expect(told).toHaveLength(10);
  expect(report).toContain('primary → shadow');
});
