import type { DescMessage, JsonValue } from '@bufbuild/protobuf';
import { startScalekitEmulator } from '@org/sso-emulators';
import { beforeAll, describe, expect, it } from 'vitest';
import { anonymous, errorInfo, type Operation, problemsOf, readOperations } from './scalekit-annotations.js';
import { scalekitDivergences, scalekitUnannotated } from './scalekit-ledger.js';
import { scalekitCall, tellScalekitStory } from './scalekit-story.js';
import type { Exchange } from './workos-specification.js';

/** gRPC code by HTTP status, where a status has one (`google/rpc/code.proto`). */
const codesOf: Readonly<Record<number, readonly number[]>> = {
  400: [3, 9],
  401: [16],
  403: [7],
  404: [5],
  409: [6],
  501: [12],
};

const operations = readOperations();
const exchanges: Exchange[] = [];
let served: string[];

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
  for (const mode of ['full-stack-auth', 'modular-sso'] as const) {
    const emulator = await startScalekitEmulator({ mode });
    served = (await emulator.control.routes()).map(({ method, path }) => `${method} ${anonymous(path)}`);
    await tellScalekitStory(emulator, await scalekitCall(emulator, recording));
    await recording(`${emulator.url}/api/v1/organizations`);
    await emulator.close();
  }
});

function name({ method, path }: Operation): string {
  return `${method} ${path}`;
}

function operationOf({ method, path }: Exchange): Operation | undefined {
  return operations
    .filter((operation) => operation.method === method && patternOf(operation).test(path))
    .toSorted((a, b) => a.path.split('{}').length - b.path.split('{}').length)[0];
}

function patternOf({ path }: Operation): RegExp {
  const escaped = path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('{}', '[^/:]+')}$`);
}

function judge(exchange: Exchange): string[] {
  const operation = operationOf(exchange);
  if (!operation) return [];
  const { status } = exchange;
  const body = JSON.parse(exchange.body) as JsonValue;
  const problems = status < 300 ? problemsOf(operation.output, body) : problemsOfError(status, body);
  return problems.map((problem) => `${name(operation)} ${status}: ${problem}`);
}

/** `google.rpc.Status` with one `ErrorInfo`. */
function problemsOfError(status: number, body: JsonValue): string[] {
  const { code, message, details, ...rest } = body as Record<string, JsonValue>;
  const { '@type': type, ...info } = (details as Record<string, JsonValue>[])[0] ?? {};
  return [
    ...Object.keys(rest).map((extra) => `Status has no ${extra}`),
    ...(codesOf[status]?.includes(code as number) ? [] : [`code is ${JSON.stringify(code)}`]),
    ...(typeof message === 'string' && message !== '' ? [] : ['message is missing']),
    ...(type === 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo' ? [] : ['detail is no ErrorInfo']),
    ...problemsOf(errorInfo as DescMessage, info),
  ];
}

describe('answers of the Scalekit emulator', () => {
  it('parse strictly as the messages of the SDK, the ones of the ledger aside', () => {
    expect(exchanges.length).toBeGreaterThan(150);
    expect(new Set(exchanges.flatMap(judge))).toEqual(new Set(Object.keys(scalekitDivergences)));
  });

  it('were judged for every operation that is served and annotated', () => {
    const annotated = new Set(operations.map(name));
    const judged = new Set(
      exchanges
        .filter(({ status }) => status < 300)
        .flatMap((exchange) => operationOf(exchange) ?? [])
        .map(name),
    );
    expect(served.filter((operation) => annotated.has(operation) && !judged.has(operation))).toEqual([]);
  });

  it('have an annotated operation, the ones of the ledger aside', () => {
    expect(operations.length).toBeGreaterThan(200);
    const annotated = new Set(operations.map(name));
    expect(served.filter((operation) => !annotated.has(operation)).toSorted()).toEqual(
      Object.values(scalekitUnannotated).flat().toSorted(),
    );
  });
});

describe('the judge', () => {
  it('finds what is wrong or too much', () => {
    const found = exchanges.find(
      ({ path, status }) => status === 200 && /\/connections\/conn_\d+$/.test(path),
    );
    if (!found) throw new Error('no connection was read');
    const changed = (change: (connection: Record<string, JsonValue>) => void) => {
      const body = JSON.parse(found.body) as { connection: Record<string, JsonValue> };
      change(body.connection);
      return judge({ ...found, body: JSON.stringify(body) }).map((finding) =>
        finding.split(': ').slice(1).join(': '),
      );
    };
    expect(changed(() => undefined)).toEqual([]);
    expect(changed((connection) => (connection['tier'] = 'gold'))).toEqual(['Connection has no tier']);
    expect(changed((connection) => (connection['organizationId'] = 'org_1'))).toEqual([
      'Connection has no organizationId',
    ]);
    expect(changed((connection) => (connection['enabled'] = 'yes'))[0]).toMatch('cannot decode field');
    expect(changed((connection) => (connection['status'] = 'BRAND_NEW'))[0]).toMatch('cannot decode');
    const refused = exchanges.find(({ status }) => status === 404);
    expect(refused && judge({ ...refused, body: '{"code":3,"message":"","details":[]}' })).toHaveLength(3);
  });
});
