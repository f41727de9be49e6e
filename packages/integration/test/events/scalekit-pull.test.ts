import type { HttpRequest, HttpResponse } from '@org/sso-core/http';
import { createScalekit } from '@org/sso-scalekit';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const start = Date.parse('2026-03-01T12:00:00Z');

interface Written {
  readonly id: string;
  readonly occurredAt: number;
  /** When the list has it. */
  readonly writtenAt: number;
}

/** Scalekit's list of events: newest first, in pages of five, with what was written until now. Each counts for `weight`. */
function listAt(events: readonly Written[], now: number, weight: number, { url, body }: HttpRequest): object {
  const { start_time, end_time } = JSON.parse(body ?? '{}') as { start_time: string; end_time: string };
  const [from, to] = [Date.parse(start_time), Date.parse(end_time)];
  const found = events
    .filter(({ writtenAt, occurredAt }) => writtenAt <= now && occurredAt >= from && occurredAt <= to)
    .toSorted((a, b) => b.occurredAt - a.occurredAt);
  const offset = Number(new URL(url).searchParams.get('page_token') ?? 0);
  const page = found.slice(offset, offset + 5);
  return {
    events: page.map(({ id, occurredAt }) => ({
      id,
      type: 'some.thing',
      occurred_at: new Date(occurredAt).toISOString(),
      data: {},
    })),
    next_page_token: offset + 5 < found.length ? String(offset + 5) : '',
    total_size: found.length * weight,
  };
}

test('every event is pulled, however late within a minute it was written and whenever one pulls', async () => {
  const seconds = (max: number) => fc.nat(max * 1000);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(seconds(150), fc.oneof(seconds(59), fc.constant(59_000))), { maxLength: 60 }),
      fc.array(seconds(90), { minLength: 1, maxLength: 4 }),
      // As many as make windows smaller.
      fc.constantFrom(1, 4000),
      async (happenings, waits, weight) => {
        const events = happenings.map(([after, late], index) => ({
          id: `evt_${index}`,
          occurredAt: start + after,
          writtenAt: start + after + late,
        }));
        let now = start;
        const answer = (body: object): HttpResponse => ({
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const { events: facet } = createScalekit({
          environmentUrl: 'https://acme.scalekit.dev',
          clientId: 'skc_1',
          clientSecret: 'secret',
          now: () => now,
          http: {
            transport: async (request) =>
              answer(
                request.url.endsWith('/oauth/token')
                  ? { access_token: 'token', expires_in: 86_399 }
                  : listAt(events, now, weight, request),
              ),
          },
        });
        const pulled = new Set<string>();
        let cursor: string | null = null;
        for (const wait of [...waits, 500_000]) {
          now += wait;
          for (let more = true; more;) {
            const page = await facet.pullPage(
              { cursor, since: new Date(start).toISOString() },
              { operation: 'test' },
            );
            for (const { id } of page.events) pulled.add(id);
            ({ cursor, more } = page);
            // Reading takes its time.
            now += 5000;
          }
        }
        expect([...pulled].toSorted()).toEqual(events.map(({ id }) => id).toSorted());
      },
    ),
    { numRuns: 300 },
  );
});
