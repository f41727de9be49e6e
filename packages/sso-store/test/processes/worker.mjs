// A process that handles what waits in a store, and ends when nothing does. Runs what is built, as an app would.
import { createEventInbox } from '@org/sso-core/events';
import { createPostgresStore, createSqliteStore } from '@org/sso-store';
import Libsql from 'libsql';
import pg from 'pg';

const { STORE_PATH, DATABASE_URL, EFFECTS_PATH, WORKER } = process.env;
const store = STORE_PATH
  ? createSqliteStore({ path: STORE_PATH })
  : createPostgresStore({ connectionString: DATABASE_URL });
const inbox = createEventInbox({
  store: store.events,
  providers: [],
  guard: 'off',
  handlerTimeoutMs: EFFECTS_PATH ? 200 : 60_000,
  retry: { maxAttempts: 1000, baseDelayMs: 10, maxDelayMs: 10 },
});

if (EFFECTS_PATH) {
  const effects = new Libsql(EFFECTS_PATH, { timeout: 10_000 });
  // The effect and the key that prevents a second one are written together.
  const effect = effects.transaction((key, event) => {
    effects.prepare('insert into delivery (key) values (?)').run([key]);
    const { changes } = effects.prepare('insert or ignore into done (key) values (?)').run([key]);
    if (changes === 0) return;
    effects.prepare('insert into effect (subject, type) values (?, ?)').run([event.subject, event.type]);
  });
  inbox.on('*', (event, { idempotencyKey }) => effect(idempotencyKey, event));
} else {
  const pool = new pg.Pool({ connectionString: DATABASE_URL });
  inbox.on('*', async (event) => {
    await pool.query('insert into handled (id, worker) values ($1, $2)', [event.id, WORKER]);
  });
}

console.log('ready');
for (;;) {
  await inbox.process();
  // What the other worker holds may be done any moment.
  if ((await store.events.nextDueAt()) === null) process.exit(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
