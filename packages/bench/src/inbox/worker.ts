/** Handles what waits in an inbox in a process of its own, when told, with a handler that does nothing. */
import { once } from 'node:events';
import { createEventInbox } from '@org/sso-core/events';
import { cpuMs } from '../measure.js';
import { openStore, type Database } from './database.js';

export interface WorkerReport {
  readonly handled: number;
  readonly cpu: number;
}

export interface WorkerTask {
  readonly database: Database;
  readonly handlers: number;
}

const { database, handlers } = JSON.parse(process.argv[2]!) as WorkerTask;
const store = openStore(database);
const inbox = createEventInbox({ store: store.events, providers: [], concurrency: handlers });
let handled = 0;
inbox.on('*', () => {
  handled += 1;
});
// Connections are made beforehand.
await store.events.nextDueAt();

const started = once(process, 'message');
process.send!('ready');
await started;
const cpuAtStart = cpuMs();
await inbox.process();
process.send!({ handled, cpu: cpuMs() - cpuAtStart } satisfies WorkerReport);
await store.close();
process.disconnect();
