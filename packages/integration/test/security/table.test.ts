import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../../..');
const suffix = '.security.test.ts';

/** Tests by name as the table writes them, `integration/security/flow › at %s › a flow of another environment is refused`. */
function testsOf(packageName: string): string[] {
  const folder = join(root, 'packages', packageName, 'test');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(suffix))
    .flatMap((file) =>
      titlesIn(readFileSync(join(folder, file), 'utf8')).map(
        (title) => `${packageName}/${file.slice(0, -suffix.length)} › ${title}`,
      ),
    );
}

/** Titles as they are written, those around them first. */
function titlesIn(source: string): string[] {
  const calls = source.matchAll(
    /^( *)(it|describe)(?:\.each\b[^]*?\))?\(\s*('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"),/gm,
  );
  const around: { indent: number; title: string }[] = [];
  const titles: string[] = [];
  for (const [, { length: indent } = '', kind, literal = ''] of calls) {
    while ((around.at(-1)?.indent ?? -1) >= indent) around.pop();
    around.push({ indent, title: literal.slice(1, -1).replaceAll(/\\(.)/g, '$1') });
    if (kind === 'it') titles.push(around.map(({ title }) => title).join(' › '));
  }
  // One of another form would not be seen.
  expect(titles).toHaveLength(source.match(/^ *(?:it|test)\b/gm)?.length ?? 0);
  return titles;
}

it('every security test is in the table, and every test in the table exists', () => {
  const table = readFileSync(join(root, 'docs/security.md'), 'utf8');
  const listed = [...table.matchAll(/`([^`]+ › [^`]+)`/g)].map(([, title]) => title!);
  const existing = ['integration', 'sso-core', 'sso-admin'].flatMap(testsOf);
  expect(new Set(listed)).toEqual(new Set(existing));
});
