// A process that applies a plan and may kill itself at one of the moments that matter. Runs what is built, as an app would.
import { readFileSync } from 'node:fs';
import { createAxiosTransport } from '@org/sso-core/http';
import { createMigrator, planFromLines } from '@org/sso-migrate';
import { createScalekit } from '@org/sso-scalekit';
import { createSqliteStore } from '@org/sso-store';
import { createWorkos } from '@org/sso-workos';

const { STORE_PATH, PLAN_PATH, SIDES, TENANT_IDS, KILL_AT } = process.env;

/** After everything that is written, at the vendor and in the store. Before the next is the same moment. */
let moments = 0;
function moment() {
  moments += 1;
  if (moments === Number(KILL_AT)) process.kill(process.pid, 'SIGKILL');
}

const axios = createAxiosTransport();
async function transport(request) {
  const isWrite = request.method !== 'GET' && !request.url.includes('/oauth/');
  const response = await axios(request);
  if (isWrite) moment();
  return response;
}

function provider({ name, url, clientId, secret }) {
  const http = { retryDelayMs: 1, transport };
  return name === 'workos'
    ? createWorkos({ baseUrl: url, clientId, apiKey: secret, http })
    : createScalekit({ environmentUrl: url, clientId, clientSecret: secret, http });
}

const store = createSqliteStore({ path: STORE_PATH });
const watched = { ...store.migrations };
for (const name of ['write', 'record', 'recordStep']) {
  watched[name] = async (...args) => {
    const result = await store.migrations[name](...args);
    moment();
    return result;
  };
}

const { from, to } = JSON.parse(SIDES);
const migrator = createMigrator({
  from: provider(from),
  to: provider(to),
  store: watched,
  retry: { delayMs: 1 },
});
const plan = await planFromLines(readFileSync(PLAN_PATH, 'utf8').split('\n'));
process.stdout.write('ready\n');
const result = await migrator.apply(plan, {
  actor: 'ops@example.test',
  ...(TENANT_IDS && { tenantIds: TENANT_IDS.split(',') }),
});
await store.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(result.failed === 0 ? 0 : 1);
