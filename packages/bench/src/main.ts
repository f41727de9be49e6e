import { availableParallelism } from 'node:os';
import { benchColdStart } from './cold-start/index.js';
import { benchInbox } from './inbox/index.js';
import { benchDirectoryUsers, benchListOrganizations } from './listing/index.js';
import { benchLogin } from './login.js';
import { benchParity, benchPlan } from './migration/index.js';
import { benchRateLimit } from './rate-limit.js';
import { benchWebhooks } from './webhooks.js';

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  'cold-start': benchColdStart,
  'list-organizations': benchListOrganizations,
  'directory-users': benchDirectoryUsers,
  'rate-limit': benchRateLimit,
  login: benchLogin,
  webhooks: benchWebhooks,
  inbox: benchInbox,
  plan: benchPlan,
  parity: benchParity,
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
