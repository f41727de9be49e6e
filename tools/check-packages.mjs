// Packs every published package, checks the tarballs, installs them into a scratch project as a user would, and
// imports every entry point from ESM, from CommonJS and from TypeScript 5.9, 6.0 and 7.0.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'sso-packages-'));
const tarballs = join(scratch, 'tarballs');
const project = join(scratch, 'project');
mkdirSync(tarballs);
mkdirSync(project);

function run(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}`);
  }
}

const packages = readdirSync(join(root, 'packages'))
  .map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
    return { folder: join(root, 'packages', folder), manifest };
  })
  .filter(({ manifest }) => !manifest.private);

for (const entry of packages) {
  run('npx', ['--yes', packageManager, 'pack', '--pack-destination', tarballs], entry.folder);
  const name = entry.manifest.name.replace('@', '').replace('/', '-');
  entry.tarball = join(tarballs, `${name}-${entry.manifest.version}.tgz`);
  const files = run('tar', ['-tzf', entry.tarball]).trim().split('\n');
  const stray = files.filter(
    (file) =>
      !/^package\/(dist\/.*\.(js|d\.ts)|package\.json|README\.md|SUPPORTED\.md|LICENSE|CHANGELOG\.md)$/.test(
        file,
      ),
  );
  if (stray.length > 0)
    throw new Error(`${entry.manifest.name} ships files it should not: ${stray.join(', ')}`);
  run('npx', ['publint', '--strict', entry.tarball], root);
  run('npx', ['attw', '--profile', 'esm-only', entry.tarball], root);
  console.log(`${entry.manifest.name}: packed ${files.length} files, publint and attw agree`);
}

const byName = Object.fromEntries(
  packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
);
const typescripts = {
  'typescript-5': 'npm:typescript@5.9',
  'typescript-6': 'npm:typescript@6.0',
  'typescript-7': 'npm:typescript@7.0',
};
writeFileSync(
  join(project, 'package.json'),
  JSON.stringify({
    private: true,
    type: 'module',
    dependencies: {
      ...byName,
      ...typescripts,
      '@types/node': '^20.19.0',
      // Optional peers whose types are in those of an entry point.
      undici: '^7.30.2',
      vitest: '^4.1.0',
    },
    overrides: byName,
  }),
);
run('npm', ['install', '--no-audit', '--no-fund'], project);

const entryPoints = packages.flatMap(({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => manifest.name + path.slice(1)),
);
// Entry points that bind to a test runner only load inside it.
const loadable = entryPoints.filter((entry) => !entry.endsWith('/vitest'));
writeFileSync(join(project, 'esm.mjs'), loadable.map((entry) => `await import('${entry}');`).join('\n'));
writeFileSync(join(project, 'cjs.cjs'), loadable.map((entry) => `require('${entry}');`).join('\n'));
const imports = entryPoints.map(
  (entry, index) =>
    `import * as entry${index} from '${entry}';\nexport type Entry${index} = keyof typeof entry${index};`,
);
writeFileSync(join(project, 'types.mts'), imports.join('\n'));
writeFileSync(join(project, 'types.cts'), imports.join('\n'));
run('node', ['esm.mjs'], project);
run('node', ['cjs.cjs'], project);
console.log(`${loadable.length} entry points import from ESM and require from CommonJS`);

for (const typescript of Object.keys(typescripts)) {
  const compiler = join(project, 'node_modules', typescript, 'bin', 'tsc');
  run(
    'node',
    [
      compiler,
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
      'types.mts',
      'types.cts',
    ],
    project,
  );
  console.log(`${typescript}: the published types check`);
}
rmSync(scratch, { recursive: true });
