import type { ContractCase } from '../contract-case.js';
import { collect } from './support.js';

const requires = ['organizations'] as const;
const needs = ['faults'] as const;
const every = 20;

export const errorCases: readonly ContractCase[] = [
  {
    id: 'ERR-01',
    title: 'A failure names provider, operation, status and whether to try again.',
    requires,
    async run({ sso, owner, check, unique }) {
      const error = await check.rejects(
        () => sso.organizations.getByExternalId(unique('nobody')),
        'not_found',
      );
      check.equal(
        [error.provider, error.operation, error.retryable],
        [owner.id, 'organizations.getByExternalId', false],
      );
    },
  },
  ...(
    [
      [401, 'unauthenticated'],
      [403, 'permission_denied'],
      [404, 'not_found'],
    ] as const
  ).map(([status, code], index): ContractCase => ({
    id: `ERR-${String(2 + index).padStart(2, '0')}`,
    title: `Status ${status} is ${code}, whatever the body, and not worth a retry.`,
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      for (const body of ['', '{}', '[]', 'null', '"text"', '<html>']) {
        await faults.next({ status, body, times: every });
        const error = await check.rejects(() => sso.organizations.get(organizationId), code);
        check.equal([error.status, error.retryable], [status, false]);
        await faults.clear();
      }
    },
  })),
  {
    id: 'ERR-05',
    title: 'A read is tried again after 429, no sooner than Retry-After says.',
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      await sso.organizations.get(organizationId);
      await faults.next({ status: 429, headers: { 'retry-after': '1' }, body: '{}' });
      const startedAt = performance.now();
      const organization = await check.sends(2, () => sso.organizations.get(organizationId));
      check.equal(organization.id, organizationId);
      check.ok(performance.now() - startedAt >= 950, 'the retry came too soon');
    },
  },
  {
    id: 'ERR-06',
    title: 'When 429 goes on it is rate_limited, with the wait asked for.',
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      await faults.next({ status: 429, headers: { 'retry-after': '3600' }, body: '{}', times: every });
      const error = await check.rejects(() => sso.organizations.get(organizationId), 'rate_limited');
      check.equal([error.retryable, error.retryAfterMs, error.status], [true, 3_600_000, 429]);
    },
  },
  {
    id: 'ERR-07',
    title: 'A read is tried again after 500, 502, 503, and after a connection that ended early.',
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      await sso.organizations.get(organizationId);
      const passing = [
        { status: 500, body: '{}' },
        { status: 502, body: '<html>', contentType: 'text/html' },
        { status: 503, body: '' },
        { closeConnection: true },
        { truncateBodyAt: 10 },
      ];
      for (const fault of passing) {
        await faults.next(fault);
        const organization = await check.sends(2, () => sso.organizations.get(organizationId));
        check.equal(organization.id, organizationId);
      }
    },
  },
  {
    id: 'ERR-08',
    title: 'When 503 goes on it is unavailable and worth a retry, after few attempts.',
    requires,
    needs,
    async run({ sso, check, faults, traffic, createCustomer }) {
      const { organizationId } = await createCustomer();
      await sso.organizations.get(organizationId);
      await faults.next({ status: 503, body: '{}', times: every });
      const recorded = await traffic.record();
      const error = await check.rejects(() => sso.organizations.get(organizationId), 'unavailable');
      check.equal([error.retryable, error.status], [true, 503]);
      const { length: sent } = await recorded();
      check.ok(sent > 1 && sent <= 5, `${sent} attempts`);
    },
  },
  {
    id: 'ERR-09',
    title: 'An answer that is no JSON, broken JSON, cut off, or JSON of another shape is invalid_response.',
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      const answers = [
        { status: 200, body: '<html>Sign in</html>', contentType: 'text/html' },
        { status: 200, body: '{"id":', contentType: 'application/json' },
        { status: 200, body: '', contentType: 'application/json' },
        { truncateBodyAt: 10 },
        { status: 200, body: '{"unexpected":true}' },
        { status: 200, body: '[]' },
        { status: 200, body: 'null' },
      ];
      for (const answer of answers) {
        await faults.next({ ...answer, times: every });
        await check.rejects(() => sso.organizations.get(organizationId), 'invalid_response');
        await faults.clear();
      }
    },
  },
  {
    id: 'ERR-10',
    title: 'A list whose page has another shape is invalid_response, never an empty list.',
    requires,
    needs,
    async run({ sso, check, faults }) {
      for (const body of ['{}', '[]', 'null', '"text"', '{"error":"none"}']) {
        await faults.next({ status: 200, body, times: every });
        await check.rejects(() => collect(sso.organizations.list()), 'invalid_response');
        await faults.clear();
      }
    },
  },
  {
    id: 'ERR-11',
    title: 'A redirect is invalid_response and is not followed.',
    requires,
    needs,
    async run({ sso, check, faults, traffic, createCustomer }) {
      const { organizationId } = await createCustomer();
      const recorded = await traffic.record();
      await faults.next({ status: 302, headers: { location: '/attacker-controlled' }, times: every });
      await check.rejects(() => sso.organizations.get(organizationId), 'invalid_response');
      const followed = (await recorded()).filter(({ path }) => path.includes('attacker-controlled'));
      check.equal(followed, []);
    },
  },
  {
    id: 'ERR-12',
    title: "An error page's markup stays out of our message.",
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      const body = '<html><body>internal host 10.0.0.7</body></html>';
      await faults.next({ status: 502, body, contentType: 'text/html', times: every });
      const error = await check.rejects(() => sso.organizations.get(organizationId), 'unavailable');
      check.conceals(error, '10.0.0.7', '<html>');
    },
  },
  {
    id: 'ERR-13',
    title: 'A call that takes longer than its timeoutMs is deadline_exceeded, retries included.',
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      await faults.next({ delayMs: 5000, times: every });
      const startedAt = performance.now();
      const error = await check.rejects(
        () => sso.organizations.get(organizationId, { timeoutMs: 150 }),
        'deadline_exceeded',
      );
      check.equal(error.retryable, true);
      check.ok(performance.now() - startedAt < 4500, 'it took far longer than asked');
    },
  },
  {
    id: 'ERR-14',
    title: "An abort during the call throws the caller's own reason, unchanged.",
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      await faults.next({ delayMs: 5000, times: every });
      const reason = new Error('the browser went away');
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 50);
      const thrown: unknown = await sso.organizations
        .get(organizationId, { signal: controller.signal })
        .catch((error: unknown) => error);
      check.ok(thrown === reason, 'another error was thrown');
    },
  },
  {
    id: 'ERR-15',
    title: "A call aborted beforehand throws the caller's own reason and sends nothing.",
    requires,
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      const reason = { why: 'not wanted any more' };
      const signal = AbortSignal.abort(reason);
      const thrown: unknown = await check.sends(0, () =>
        sso.organizations.get(organizationId, { signal }).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
      check.ok(thrown === reason, 'another error was thrown');
    },
  },
  {
    id: 'ERR-16',
    title: 'A timeoutMs that is no positive number is invalid_argument before any request.',
    requires,
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await check.sends(0, () =>
          check.rejects(() => sso.organizations.get(organizationId, { timeoutMs }), 'invalid_argument'),
        );
      }
    },
  },
  {
    id: 'ERR-17',
    title: 'Status 409 without a word why is conflict or already_exists, and not worth a retry.',
    requires,
    needs,
    async run({ sso, check, faults, createCustomer }) {
      const { organizationId } = await createCustomer();
      await faults.next({ status: 409, body: '{}', times: every });
      const error = await check.rejects(
        () => sso.organizations.get(organizationId),
        'conflict',
        'already_exists',
      );
      check.equal([error.status, error.retryable], [409, false]);
    },
  },
  {
    id: 'ERR-18',
    title: 'What an adapter throws of another kind is internal, and its text stays out.',
    requires,
    async run({ provider, check, createClient, createCustomer }) {
      const { organizationId } = await createCustomer();
      const secret = 'canary-8d1f60a2';
      const organizations = {
        ...provider.organizations,
        get: () => Promise.reject(new TypeError(`cannot read ${secret}`)),
      };
      const sso = createClient({ provider: { ...provider, organizations } });
      const error = await check.rejects(() => sso.organizations.get(organizationId), 'internal');
      check.equal([error.operation, error.retryable], ['organizations.get', false]);
      check.conceals(error, secret);
    },
  },
];
