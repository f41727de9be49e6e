import { fileURLToPath } from 'node:url';
import { startScalekitEmulator, startWorkosEmulator } from '@org/sso-emulators';
import { expect, it } from 'vitest';
import { anonymous, readOperations } from './scalekit-annotations.js';
import { scalekitUnannotated } from './scalekit-ledger.js';
import { scalekitCall, tellScalekitStory } from './scalekit-story.js';
import { table } from '../support/markdown.js';
import {
  everything,
  type Kind,
  nothing,
  scalekitKinds,
  type SupportedWorld,
  workosKinds,
} from './supported.js';
import { workosUnlisted } from './workos-ledger.js';
import { readWorkosSpecification } from './workos-specification.js';
import { tellWorkosStory, workosCall } from './workos-story.js';

/** A seed's emulator for as long as `use` takes. */
type Start = (seed: typeof nothing) => Promise<SupportedWorld & { close(): Promise<void> }>;

const startWorkos: Start = async (seed) => {
  const emulator = await startWorkosEmulator({ seed, webhooks: { automatic: false } });
  return { emulator, call: workosCall(emulator), close: () => emulator.close() };
};

const startScalekit: Start = async (seed) => {
  const emulator = await startScalekitEmulator({
    seed,
    mode: 'full-stack-auth',
    webhooks: { automatic: false },
  });
  return { emulator, call: await scalekitCall(emulator), close: () => emulator.close() };
};

/** Every way in that makes the API show more of a kind; one that is named and does not is an error. */
async function waysInto(kind: Kind, empty: SupportedWorld, start: Start): Promise<string> {
  const seeded = await start(everything);
  try {
    const before = await kind.count(empty).catch(() => 0);
    let count = await kind.count(seeded);
    const found = count > before || kind.name === 'organizations' ? ['seed'] : [];
    for (const [way, enter] of Object.entries(kind.ways).toReversed()) {
      await enter(seeded);
      const after = await kind.count(seeded);
      if (after <= count) throw new Error(`${kind.name} do not get in through ${way}`);
      count = after;
      found.unshift(way);
    }
    return found.join(', ');
  } finally {
    await seeded.close();
  }
}

async function operationRows(
  start: Start,
  kinds: readonly Kind[],
  source: (method: string, path: string) => string,
): Promise<string[][]> {
  const empty = await start(nothing);
  const into = new Map<Kind, string>();
  for (const kind of kinds) into.set(kind, await waysInto(kind, empty, start));
  const routes = await empty.emulator.control.routes();
  await empty.close();
  return routes.map(({ method, path }) => {
    const kind = kinds.find(({ paths }) => paths.test(path));
    const through = kind ? (into.get(kind) ?? '') : '';
    return [`\`${method} ${path}\``, source(method, path), kind ? `${kind.name}: ${through}` : ''];
  });
}

function reasonOf(ledger: Readonly<Record<string, readonly string[]>>, operation: string): string {
  const [reason] = Object.entries(ledger).find(([, operations]) => operations.includes(operation)) ?? [];
  if (reason === undefined) throw new Error(`${operation} is in no ledger`);
  return reason;
}

async function workosSection(): Promise<string> {
  const specification = readWorkosSpecification();
  const operations = await operationRows(startWorkos, workosKinds, (method, path) =>
    specification.operation(method, path) === undefined
      ? reasonOf(workosUnlisted, `${method} ${path}`)
      : 'published document',
  );
  const emulator = await startWorkosEmulator({ webhooks: { automatic: false } });
  const call = workosCall(emulator);
  const types = await emulator.control.eventTypes();
  await tellWorkosStory(emulator, call);
  const { data } = await call('GET', `/events?limit=100&events=${types.join(',')}`);
  const events = await eventRows(
    emulator.control,
    new Set(data.map(({ event }: { event: string }) => event)),
  );
  await emulator.close();
  return section('WorkOS', operations, events);
}

async function scalekitSection(): Promise<string> {
  const annotated = new Map(readOperations().map(({ method, path, rpc }) => [`${method} ${path}`, rpc]));
  const operations = await operationRows(startScalekit, scalekitKinds, (method, path) => {
    const operation = `${method} ${anonymous(path)}`;
    const rpc = annotated.get(operation);
    return rpc === undefined ? reasonOf(scalekitUnannotated, operation) : `RPC \`${rpc}\``;
  });
  const emulator = await startScalekitEmulator({ mode: 'full-stack-auth', webhooks: { automatic: false } });
  const call = await scalekitCall(emulator);
  await tellScalekitStory(emulator, call);
  const listed = await call('POST', '/api/v1/events?page_size=1000', {});
  const events = await eventRows(
    emulator.control,
    new Set(listed.events.map(({ type }: { type: string }) => type)),
  );
  await emulator.close();
  return section('Scalekit', operations, events);
}

async function eventRows(
  control: SupportedWorld['emulator']['control'],
  happened: ReadonlySet<string>,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const type of await control.eventTypes()) {
    const hasSample = await control.sendTestEvent(type).then(
      () => true,
      () => false,
    );
    const through = happened.has(type) ? 'when it happens, control API' : 'control API';
    rows.push([`\`${type}\``, hasSample ? 'yes' : 'no', through]);
  }
  return rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

function section(vendor: string, operations: readonly string[][], events: readonly string[][]): string {
  return [
    `## ${vendor}`,
    table(['operation', 'source', 'data gets in through'], operations),
    table(['event', 'sample', 'gets in through'], events),
  ].join('\n\n');
}

const introduction = `# What the emulators support

Written by \`node tools/generate-from-runs.mjs\` from emulators that run: the operations are those they say they serve
(\`GET /_emulator/routes\`), a way in is listed when the API showed more afterwards, and an event happens when it was sent
after changes of every kind.

"API" is an operation of the vendor's API; "SCIM" is a push of an identity provider; "portal" is an IT admin behind a
portal link; "login" is a person who signs in for the first time; "control API" is \`/_emulator\`; "seed" is what the
emulator starts with. A sample is what \`POST /_emulator/webhooks/test-event\` sends. Any event, of unknown types too, gets
in through \`POST /_emulator/events\`.`;

it('SUPPORTED.md of the emulators says what they support', async () => {
  const text = [introduction, await workosSection(), await scalekitSection()].join('\n\n');
  const file = fileURLToPath(new URL('../../../sso-emulators/SUPPORTED.md', import.meta.url));
  await expect(`${text}\n`).toMatchFileSnapshot(file);
}, 60_000);
