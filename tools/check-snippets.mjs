// Type-checks every ```ts block of the documentation as a file of its own, with the published types.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const folder = join(root, 'packages/integration/.snippets');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);

const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`),
  ...['packages', 'examples'].flatMap((area) =>
    readdirSync(join(root, area)).map((name) => `${area}/${name}/README.md`),
  ),
].filter((file) => file.endsWith('.md') && existsSync(join(root, file)));
let count = 0;
for (const document of documents) {
  const text = readFileSync(join(root, document), 'utf8');
  for (const match of text.matchAll(/^```ts\n([\s\S]*?)^```/gm)) {
    const line = text.slice(0, match.index).split('\n').length;
    const name = `${document.replaceAll(/[^a-z0-9]+/gi, '-')}-line-${line}.ts`;
    writeFileSync(join(folder, name), `${match[1]}\nexport {};\n`);
    count += 1;
  }
}
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../../tsconfig.base.json',
    compilerOptions: {
      composite: false,
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      noPropertyAccessFromIndexSignature: false,
      lib: ['es2023', 'dom'],
    },
    include: ['*.ts'],
  }),
);
const { status, stdout } = spawnSync('npx', ['tsc', '-p', folder, '--pretty', 'false'], {
  cwd: root,
  encoding: 'utf8',
});
process.stdout.write(stdout);
rmSync(folder, { recursive: true });
console.log(`${count} snippets in ${documents.length} documents checked`);
process.exitCode = status ?? 1;
