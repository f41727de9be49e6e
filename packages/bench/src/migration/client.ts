/** Plans or compares by one contender in a fresh process and reports what that took. */
import { Agent, get } from 'node:http';
import { createSso, type ClientFacets, type OrganizationId } from '@org/sso-core';
import { createMemoryMigrationStore } from '@org/sso-core/migration';
import { createMigrator, type Plan } from '@org/sso-migrate';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { cpuMs } from '../measure.js';
import type { BothFacts } from './emulators.js';

export interface MigrationTask {
  readonly contender: 'plan' | 'calls' | 'http' | 'parity';
  readonly emulators: BothFacts;
  /** Organizations or people. */
  readonly count: number;
}

const { contender, emulators, count } = JSON.parse(process.argv[2]!) as MigrationTask;
const { workos, scalekit } = emulators;
const concurrency = 8;

const providers = () => ({
  from: createWorkos({ apiKey: workos.secret, clientId: workos.clientId, baseUrl: workos.url }),
  to: createScalekit({
    environmentUrl: scalekit.url,
    clientId: scalekit.clientId,
    clientSecret: scalekit.secret,
  }),
});

const liveMiB = () => {
  globalThis.gc!();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** Work on every item, so many at once. */
async function each<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const busy = new Set<Promise<void>>();
  for await (const item of items) {
    const one: Promise<void> = work(item).finally(() => busy.delete(one));
    busy.add(one);
    if (busy.size >= concurrency) await Promise.race(busy);
  }
  await Promise.all(busy);
}

let excluded = 0;
let growth = 0;
let retained = 0;

const contenders: Readonly<Record<MigrationTask['contender'], () => Promise<void>>> = {
  async plan() {
    const migrator = createMigrator({ ...providers(), store: createMemoryMigrationStore(), concurrency });
    const before = liveMiB();
    const at: number[] = [];
    const onProgress = (organizations: number) => {
      if (organizations !== count * 0.1 && organizations !== count * 0.9) return;
      const startedAt = cpuMs();
      at.push(liveMiB());
      excluded += cpuMs() - startedAt;
    };
    const [from, to] = await Promise.all([
      migrator.inventory('from', { onProgress }),
      migrator.inventory('to'),
    ]);
    const plan: Plan = await migrator.plan({ from, to });
    if (plan.counts.ready !== count)
      throw new Error(`${plan.counts.ready} of ${count} organizations are ready`);
    growth = at[1]! - at[0]!;
    retained = liveMiB() - before;
  },
  async calls() {
    const { from, to } = providers();
    await Promise.all(
      [from, to].map(async (provider) => {
        const sso = createSso({ provider }) as unknown as ClientFacets;
        await each(sso.organizations.list(), async ({ id: organizationId }) => {
          await Promise.all([
            all(sso.domains.list({ organizationId })),
            readConnections(sso, organizationId, provider === to),
            all(sso.directories.list({ organizationId })),
          ]);
        });
      }),
    );
  },
  async http() {
    await Promise.all([rawWorkos(), rawScalekit()]);
  },
  async parity() {
    // The adapter keeps to four requests a second: by a clock that leaps, it never has to wait.
    let now = Date.now();
    Date.now = () => (now += 1000);
    const migrator = createMigrator({ ...providers(), store: createMemoryMigrationStore(), concurrency });
    const { checks } = await migrator.verify('tenant_directory');
    const people = checks.find(({ check }) => check === 'directory_users');
    if (people?.outcome !== 'passed' || people.compared?.from !== count || people.compared.to !== count)
      throw new Error(`The people were not compared: ${JSON.stringify(checks)}`);
  },
};

async function all(listing: AsyncIterable<unknown>): Promise<void> {
  for await (const item of listing) void item;
}

async function readConnections(
  sso: ClientFacets,
  organizationId: OrganizationId,
  single: boolean,
): Promise<void> {
  for await (const { id: connectionId } of sso.connections.list({ organizationId }))
    if (single) await sso.connections.get({ organizationId, connectionId });
}

const agent = new Agent({ keepAlive: true, maxSockets: 2 * concurrency });

/** The least a client can do: kept-alive sockets and `JSON.parse`. */
function getJson(url: string, token: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      response.on('error', reject);
    }).on('error', reject);
  });
}

const readWorkos = (path: string) => getJson(workos.url + path, workos.secret);

async function* workosOrganizations(): AsyncGenerator<{ readonly id: string }> {
  let after: string | null = '';
  do {
    const page = (await readWorkos(`/organizations?limit=100&order=desc${after && `&after=${after}`}`)) as {
      readonly data: { id: string }[];
      readonly list_metadata: { readonly after: string | null };
    };
    yield* page.data;
    after = page.list_metadata.after;
  } while (after);
}

async function rawWorkos(): Promise<void> {
  await each(workosOrganizations(), async ({ id }) => {
    await Promise.all([
      readWorkos(`/organizations/${id}`),
      readWorkos(`/connections?organization_id=${id}&limit=100&order=desc`),
      readWorkos(`/directories?organization_id=${id}&limit=100&order=desc`),
    ]);
  });
}

type ReadScalekit = (path: string) => Promise<unknown>;

async function* scalekitOrganizations(read: ReadScalekit): AsyncGenerator<{ readonly id: string }> {
  let next = '';
  do {
    const page = (await read(
      `/organizations?page_size=30${next && `&page_token=${encodeURIComponent(next)}`}`,
    )) as { readonly organizations: { id: string }[]; readonly next_page_token: string };
    yield* page.organizations;
    next = page.next_page_token;
  } while (next);
}

async function rawScalekit(): Promise<void> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: scalekit.clientId,
    client_secret: scalekit.secret,
  });
  const answer = await fetch(`${scalekit.url}/oauth/token`, { method: 'POST', body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const read: ReadScalekit = (path) => getJson(`${scalekit.url}/api/v1${path}`, token);
  const readConnectionsOf = async (id: string) => {
    const { connections } = (await read(`/connections?organization_id=${id}&include=all`)) as {
      readonly connections: { id: string }[];
    };
    for (const connection of connections) await read(`/organizations/${id}/connections/${connection.id}`);
  };
  await each(scalekitOrganizations(read), async ({ id }) => {
    await Promise.all([
      read(`/organizations/${id}/domains?page_size=100&page_number=0&domain_type=ORGANIZATION_DOMAIN`),
      readConnectionsOf(id),
      read(`/organizations/${id}/directories`),
    ]);
  });
}

const startedAt = performance.now();
const cpuAtStart = cpuMs();
await contenders[contender]();

process.send!({
  cpu: cpuMs() - cpuAtStart - excluded,
  wall: performance.now() - startedAt,
  peak: process.resourceUsage().maxRSS / 1024,
  growth,
  retained,
});
agent.destroy();
process.disconnect();
