import { availableParallelism } from 'node:os';
import { benchColdStart } from './cold-start/index.js';
import { benchListOrganizations } from './list-organizations/index.js';
import { benchLogin } from './login.js';

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  'cold-start': benchColdStart,
  'list-organizations': benchListOrganizations,
  login: benchLogin,
};

const names = process.argv.slice(2).filter((argument) => argument !== '--');
const unknown = names.find((name) => !(name in benchmarks));
if (unknown !== undefined) {
  console.error(`No benchmark "${unknown}": choose from ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 1;
} else {
  console.log(`Node ${process.versions.node}, ${availableParallelism()} cores`);
  for (const name of names.length === 0 ? Object.keys(benchmarks) : names) {
    console.log(`\n## ${name}\n`);
    await benchmarks[name]!();
  }
}
