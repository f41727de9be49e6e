import { readFileSync } from 'node:fs';
import { auditActions } from '@org/sso-admin';
import { expect, it } from 'vitest';

const needs = { membership: 'membership', admin: 'admin role', admin_session: 'admin role, active session' };

it('docs/audit.md lists every action, as the code has it', () => {
  const guide = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8');
  const [, table] = /^\| action .*\n\| -.*\n((?:\|.*\n)*)/m.exec(guide)!;
  const rows = table!
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(
    Object.entries(auditActions).map(([action, { needs: need, target, meaning }]) => [
      `\`${action}\``,
      needs[need],
      target === null ? '' : `\`${target}\``,
      meaning,
    ]),
  );
});
