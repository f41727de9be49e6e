// Bundles the compiled package in the current folder: one file per entry point, plus shared chunks. Loading fifty small
// modules costs a cold start three times what loading a few costs. Types stay as tsc wrote them.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.values(exports)
  .filter((target) => typeof target === 'object')
  .map((target) => target.default.replace(/^\.\/dist\/(.*)\.js$/, '$1'));

for (const file of readdirSync('dist', { recursive: true })) {
  if (file.endsWith('.js') || file.endsWith('.js.map')) rmSync(join('dist', file));
}
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, `build/${entry}.js`])),
  // Everything that is not a relative path of this package: Node's own modules and dependencies.
  external: (id) => !/^[./]/.test(id),
  platform: 'node',
});
await bundle.write({
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await bundle.close();
