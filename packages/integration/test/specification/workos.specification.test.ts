import { startWorkosEmulator } from '@org/sso-emulators';
import { beforeAll, describe, expect, it } from 'vitest';
import { workosCalls } from '../sdk/workos-calls.js';
import { createWorkosWorld } from '../sdk/workos-world.js';
import { workosDivergences, workosEventDivergences, workosUnlisted } from './workos-ledger.js';
import { type Exchange, readWorkosSpecification, type Specification } from './workos-specification.js';
import { askTheRest, tellWorkosStory, workosCall } from './workos-story.js';

let specification: Specification;
/** Every answer of the SDK's calls, of the story and of the rest. */
const exchanges: Exchange[] = [];
let routes: { method: string; path: string }[];
/** Bodies of webhooks: those of the story, and a sample of every type that has one. */
let webhooks: string[];

const recording: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  exchanges.push({
    method: init?.method ?? 'GET',
    path: new URL(input as string).pathname,
    status: response.status,
    body: await response.clone().text(),
  });
  return response;
};

beforeAll(async () => {
  specification = readWorkosSpecification();
  const world = await createWorkosWorld(recording);
  for (const call of Object.values(workosCalls)) {
    await call(world);
    await world.emulator.control.reset();
  }
  await world.close();

  const emulator = await startWorkosEmulator({ webhooks: { automatic: false } });
  const { control } = emulator;
  const call = workosCall(emulator, recording);
  routes = await control.routes();
  await control.createWebhookEndpoint({ url: 'http://127.0.0.1:9/' });
  const { data } = await call('GET', '/webhook_endpoints');
  const names: string[] = data[0].events;
  await tellWorkosStory(emulator, call);
  await call('GET', `/events?limit=100&events=${names.join(',')}`);
  for (const name of names) await control.sendTestEvent(name).catch(() => undefined);
  webhooks = (await control.webhookDeliveries()).map(({ body }) => body);
  await askTheRest(emulator, call);
  await recording(`${emulator.url}/organizations`, { headers: { authorization: 'Bearer sk_test_other' } });
  await emulator.close();
});

describe('answers of the WorkOS emulator', () => {
  it('diverge from the published document where the ledger says so, and nowhere else', () => {
    expect(exchanges.length).toBeGreaterThan(200);
    const found = new Set(
      exchanges.flatMap((exchange) =>
        specification.judge(exchange).map(({ operation, problem }) => `${operation}: ${problem}`),
      ),
    );
    const known = workosDivergences.flatMap(({ problems, operations }) =>
      operations.flatMap((operation) => problems.map((problem) => `${operation}: ${problem}`)),
    );
    expect([...found].toSorted()).toEqual(known.toSorted());
  });

  it('were judged for every operation that is served and published', () => {
    const published = routes
      .map(({ method, path }) => specification.operation(method, path))
      .filter((operation) => operation !== undefined);
    const judged = new Set(
      exchanges
        .filter(({ status }) => status < 400)
        .map(({ method, path }) => specification.operation(method, path)),
    );
    expect(published.filter((operation) => !judged.has(operation))).toEqual([]);
  });

  it('have a published operation, the ones of the ledger aside', () => {
    const unlisted = routes
      .filter(({ method, path }) => specification.operation(method, path) === undefined)
      .map(({ method, path }) => `${method} ${path}`);
    expect(unlisted.toSorted()).toEqual(Object.values(workosUnlisted).flat().toSorted());
  });

  it('carry events as the document describes them, in webhooks and samples too', () => {
    const types = new Set(webhooks.map((body) => (JSON.parse(body) as { event: string }).event));
    expect(types.size).toBeGreaterThan(30);
    const found = new Set(webhooks.flatMap((body) => specification.judgeEvent(body)));
    expect([...found].toSorted()).toEqual(workosEventDivergences);
  });
});

describe('the judge', () => {
  function judge(change: (body: Record<string, unknown>) => void, operation = 'GET /organizations/{id}') {
    const exchange = exchanges.find(
      ({ method, path, status }) =>
        status === 200 && specification.operation(method, path) === operation && !path.includes('external'),
    );
    if (!exchange) throw new Error(`${operation} was not exercised`);
    const body = JSON.parse(exchange.body) as Record<string, unknown>;
    change(body);
    return specification.judge({ ...exchange, body: JSON.stringify(body) }).map(({ problem }) => problem);
  }

  it('finds what is missing, wrong or too much', () => {
    expect(judge(() => undefined)).toEqual([]);
    expect(judge((body) => delete body['name'])).toEqual(["body must have required property 'name'"]);
    expect(judge((body) => (body['created_at'] = 'yesterday'))).toEqual([
      'created_at must match format "date-time"',
    ]);
    expect(judge((body) => (body['tier'] = 'gold'))).toEqual(['body has tier']);
    expect(judge((body) => ((body['domains'] as object[])[0] = {}))).toContain(
      "domains[] must have required property 'id'",
    );
  });

  it('finds what is wrong in the data of an event', () => {
    const event = webhooks.map((body) => JSON.parse(body) as { event: string; data: object });
    const created = event.find(({ event: name }) => name === 'dsync.user.created');
    expect(
      specification.judgeEvent(JSON.stringify({ ...created, data: { ...created?.data, tier: 1 } })),
    ).not.toEqual([]);
    expect(specification.judgeEvent(JSON.stringify({ ...created, event: 'dsync.user.renamed' }))).not.toEqual(
      [],
    );
  });
});
