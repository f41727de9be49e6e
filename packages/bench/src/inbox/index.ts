import { createHmac } from 'node:crypto';
import { createEventInbox } from '@org/sso-core/events';
import { createWorkos } from '@org/sso-workos';
import { answerOf, startChild } from '../child.js';
import { medianOfRounds, printTable } from '../measure.js';
import { openStore, postgresDatabases, sqliteDatabases, type Database, type Databases } from './database.js';
import type { WorkerReport, WorkerTask } from './worker.js';

const rounds = 3;
const people = 500;
const eventsPerPerson = 4;
const events = people * eventsPerPerson;
const deliveriesAtOnce = 16;

const secret = 'whsec_bench0123456789bench';
const workos = createWorkos({
  apiKey: 'sk_test_bench',
  clientId: 'client_bench',
  events: { inactiveUsers: 'kept' },
  webhooks: { secrets: [secret] },
});

/** Someone is created, then updated three times. */
function webhook(index: number) {
  const person = index % people;
  const turn = Math.floor(index / people);
  const at = new Date(Date.UTC(2026, 0, 15, 12, turn)).toISOString();
  const body = JSON.stringify({
    id: `event_${String(index).padStart(26, '0')}`,
    event: turn === 0 ? 'dsync.user.created' : 'dsync.user.updated',
    created_at: at,
    data: {
      object: 'directory_user',
      id: `directory_user_${person}`,
      directory_id: 'directory_1',
      organization_id: 'org_1',
      idp_id: `00u${person}`,
      email: `person-${person}@acme.example`,
      first_name: 'Person',
      last_name: String(person),
      job_title: `Grade ${turn}`,
      state: 'active',
      custom_attributes: { department: 'Engineering' },
      created_at: at,
      updated_at: at,
    },
  });
  const now = Date.now();
  const signature = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex');
  return { headers: { 'workos-signature': `t=${now}, v1=${signature}` }, body };
}

/** Webhooks a second that one process verifies, stores and answers. */
async function receive(database: Database): Promise<number> {
  const store = openStore(database);
  await store.migrate();
  const accept = createEventInbox({ store: store.events, providers: [workos] }).webhook('workos');
  let next = 0;
  const deliver = async () => {
    while (next < events) {
      const { status } = await accept(webhook(next++));
      if (status !== 202) throw new Error(`A webhook was answered with ${status}`);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: deliveriesAtOnce }, deliver));
  const seconds = (performance.now() - startedAt) / 1000;
  await store.close();
  return events / seconds;
}

interface Setup {
  readonly databases: Databases;
  readonly workers: number;
  readonly handlers: number;
}

/** Events a second that so many processes handle. */
async function handle(
  database: Database,
  { workers, handlers }: Setup,
): Promise<{ perSecond: number; cpu: number }> {
  const task: WorkerTask = { database, handlers };
  const children = Array.from({ length: workers }, () =>
    startChild(new URL('./worker.js', import.meta.url), task),
  );
  await Promise.all(children.map((child) => answerOf(child)));
  const startedAt = performance.now();
  for (const child of children) child.send('go');
  const reports = await Promise.all(children.map((child) => answerOf<WorkerReport>(child)));
  const seconds = (performance.now() - startedAt) / 1000;
  const handled = reports.reduce((sum, report) => sum + report.handled, 0);
  if (handled !== events) throw new Error(`${handled} of ${events} events were handled`);
  return {
    perSecond: events / seconds,
    cpu: (reports.reduce((sum, report) => sum + report.cpu, 0) * 1000) / events,
  };
}

/** How many events a second pass the inbox. */
export async function benchInbox(): Promise<void> {
  const sqlite = sqliteDatabases();
  const postgres = await postgresDatabases();
  const setups: Setup[] = [
    { databases: sqlite, workers: 1, handlers: 4 },
    { databases: sqlite, workers: 1, handlers: 16 },
    ...(postgres
      ? [
          ...[1, 2, 4].map((workers) => ({ databases: postgres, workers, handlers: 4 })),
          { databases: postgres, workers: 1, handlers: 16 },
        ]
      : []),
  ];
  const byName = new Map(
    setups.map(
      (setup) => [`${setup.databases.label}, ${setup.workers} × ${setup.handlers} handlers`, setup] as const,
    ),
  );
  try {
    const medians = await medianOfRounds(rounds, [...byName.keys()], async (name) => {
      const setup = byName.get(name)!;
      const database = await setup.databases.create();
      const received = await receive(database);
      const { perSecond, cpu } = await handle(database, setup);
      return { received, handled: perSecond, cpu };
    });
    printTable(
      [
        `${events} events of ${people} people`,
        'received a second',
        'handled a second',
        'worker CPU µs an event',
      ],
      Object.entries(medians).map(([name, { received, handled, cpu }]) => [
        name,
        received.toFixed(0),
        handled.toFixed(0),
        cpu.toFixed(0),
      ]),
    );
    if (!postgres) console.log('\nPostgreSQL skipped: no DATABASE_URL and no PostgreSQL binaries');
  } finally {
    await sqlite.stop();
    await postgres?.stop();
  }
}
