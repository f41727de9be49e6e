// An operator who changes a customer's stage again and again until killed. Runs what is built.
import { setTimeout as sleep } from 'node:timers/promises';
import { createLadder } from '@org/sso-migrate';
import { createSqliteStore } from '@org/sso-store';

const { STORE_PATH, TENANT_ID, ACTOR } = process.env;
const store = createSqliteStore({ path: STORE_PATH });
const ladder = createLadder({
  store: store.migrations,
  gate: async () => ({
    open: true,
    reasons: [],
    verification: { from: { provider: 'workos' }, to: { provider: 'scalekit' }, connections: [] },
  }),
});
for (let round = 0; ; round += 1) {
  // The other one's turn.
  await sleep(Math.random() * 5);
  if (round === 1) process.stdout.write('ready\n');
  const { stage } = await store.migrations.get(TENANT_ID);
  const goals = { observe: 'canary', shadow: 'primary', canary: 'primary' };
  const change = goals[stage]
    ? ladder.advance(TENANT_ID, { actor: ACTOR, to: goals[stage], canary: { percent: 50, users: [] } })
    : ladder.rollback(TENANT_ID, { actor: ACTOR, to: Math.random() < 0.5 ? 'observe' : 'canary' });
  // Another operator was first, or moved it in between.
  await change.catch((error) => {
    if (!['conflict', 'failed_precondition', 'invalid_argument'].includes(error.code)) throw error;
  });
}
