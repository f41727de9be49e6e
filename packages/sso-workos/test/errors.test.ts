import { organizationId, type SsoErrorCode } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { failureOf, useWorkos } from './support.js';

const workos = useWorkos();

interface Row {
  readonly title: string;
  readonly status: number;
  readonly body: unknown;
  readonly code: SsoErrorCode;
  readonly vendorCode?: string;
  readonly message?: string;
}

// The envelopes WorkOS answers with; the letters are those of the emulators' documentation.
const rows: readonly Row[] = [
  {
    title: 'a: lone message',
    status: 404,
    body: { message: 'Not Found' },
    code: 'not_found',
    message: 'Not Found',
  },
  {
    title: 'b: entity_not_found',
    status: 404,
    body: { message: "Directory not found: 'invalid'.", code: 'entity_not_found', entity_id: 'invalid' },
    code: 'not_found',
    vendorCode: 'entity_not_found',
    message: "Directory not found: 'invalid'.",
  },
  { title: 'c: bad key', status: 401, body: { message: 'Unauthorized' }, code: 'unauthenticated' },
  {
    title: 'd: a phrase in error',
    status: 401,
    body: { error: 'Unauthorized' },
    code: 'unauthenticated',
    message: 'Unauthorized',
  },
  {
    title: 'e: sentences as codes',
    status: 422,
    body: {
      message: 'Validation failed',
      errors: [{ field: 'directory', code: 'Please provide either "directory" or "group" parameters.' }],
    },
    code: 'invalid_argument',
    message: 'Validation failed (directory: Please provide either "directory" or "group" parameters.)',
  },
  {
    title: 'f: code and field',
    status: 422,
    body: { message: 'Validation failed.', errors: [{ code: 'required', field: 'events' }] },
    code: 'invalid_argument',
    vendorCode: 'required',
    message: 'Validation failed. (events: required)',
  },
  {
    title: 'g: code and message',
    status: 422,
    body: {
      code: 'invalid_request_parameters',
      message: 'Validation failed',
      errors: [{ code: 'email_string_required', message: 'Email should be a non-empty string.' }],
    },
    code: 'invalid_argument',
    vendorCode: 'invalid_request_parameters',
    message: 'Validation failed (Email should be a non-empty string.)',
  },
  {
    title: 'g: the telling code is inside',
    status: 400,
    body: {
      code: 'user_creation_error',
      message: 'Validation failed.',
      errors: [{ code: 'email_not_available', message: 'This email is not available.' }],
    },
    code: 'already_exists',
    vendorCode: 'email_not_available',
  },
  {
    title: 'h: domain error',
    status: 400,
    body: { code: 'external_id_already_used', message: 'Request could not be processed.' },
    code: 'already_exists',
    vendorCode: 'external_id_already_used',
  },
  {
    title: 'i: OAuth',
    status: 400,
    body: { error: 'invalid_client', error_description: 'Invalid client ID or secret.' },
    code: 'unauthenticated',
    vendorCode: 'invalid_client',
    message: 'Invalid client ID or secret.',
  },
  {
    title: 'j: array message, phrase in error',
    status: 400,
    body: { message: ['Invalid date range', 'Too long'], error: 'Bad Request' },
    code: 'invalid_argument',
    message: 'Invalid date range; Too long',
  },
  {
    title: 'k: JSON-Schema errors',
    status: 400,
    body: {
      code: 'invalid_audit_log',
      message: 'Invalid Audit Log event',
      errors: [
        {
          instancePath: '/targets/0/type',
          keyword: 'const',
          message: 'must be equal to constant',
          data: 'private',
        },
      ],
    },
    code: 'invalid_argument',
    vendorCode: 'invalid_audit_log',
    message: 'Invalid Audit Log event (/targets/0/type: must be equal to constant)',
  },
  {
    title: 'm: bare string',
    status: 429,
    body: 'Ratelimited',
    code: 'rate_limited',
    message: 'Ratelimited',
  },
  {
    title: 'n: unknown organization of a portal link',
    status: 400,
    body: { message: 'Could not find an organization with the id, bogus-id.' },
    code: 'not_found',
  },
  {
    title: 'o: taken domain',
    status: 409,
    body: { message: 'An Organization with the domain example.com already exists.' },
    code: 'already_exists',
  },
  { title: 'another 409', status: 409, body: { message: 'Try again.' }, code: 'conflict' },
  { title: 'no permission', status: 403, body: { message: 'Forbidden' }, code: 'permission_denied' },
  {
    title: 'rate limit with a code',
    status: 429,
    body: { message: 'Too many requests.', code: 'rate_limit_exceeded' },
    code: 'rate_limited',
    vendorCode: 'rate_limit_exceeded',
  },
  {
    title: 'a code that is a member of every object',
    status: 400,
    body: { code: 'constructor' },
    code: 'invalid_argument',
    vendorCode: 'constructor',
  },
  { title: 'null', status: 500, body: null, code: 'unavailable' },
  { title: 'an array', status: 400, body: [1, 2], code: 'invalid_argument' },
  {
    title: 'values of other types everywhere',
    status: 400,
    body: { code: 7, error: {}, message: { text: 'x' }, errors: [null, 'x', { code: null, field: 3 }] },
    code: 'invalid_argument',
  },
];

describe('error bodies', () => {
  it.each(rows)('$title', async ({ status, body, code, vendorCode, message }) => {
    await workos.answer('^/organizations/', body, { status });
    const failure = await failureOf(get());
    expect(failure).toMatchObject({
      code,
      status,
      vendorCode,
      provider: 'workos',
      operation: 'organizations.get',
    });
    expect(failure.message).toMatch(
      new RegExp(
        `failed at workos with status ${status}${message === undefined ? '' : `: ${escape(message)}$`}`,
      ),
    );
    expect(failure.message).not.toContain('private');
    expect(failure.message).not.toContain('[object');
  });

  it.each([
    {
      title: 'HTML of a gateway',
      status: 502,
      contentType: 'text/html',
      body: '<h1>Bad gateway</h1>',
      code: 'unavailable',
    },
    {
      title: 'an empty body',
      status: 403,
      contentType: 'application/json',
      body: '',
      code: 'permission_denied',
    },
    {
      title: 'broken JSON',
      status: 404,
      contentType: 'application/json',
      body: '{"message":',
      code: 'not_found',
    },
  ])('$title', async ({ code, status, contentType, body }) => {
    await workos.emulator.control.addFault({ status, contentType, body });
    expect(await failureOf(get())).toMatchObject({ code, status });
  });

  it('names the request for the vendor’s support team', async () => {
    const failure = await failureOf(get());
    expect(failure.code).toBe('not_found');
    expect(failure.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

function get() {
  return workos.sso({ http: { maxRetries: 0 } }).organizations.get(organizationId('workos:org_01UNKNOWN'));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
