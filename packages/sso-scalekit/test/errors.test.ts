import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { allowPreview, failureOf, useScalekit } from './support.js';

const scalekit = useScalekit();

const info = (more: object = {}) => ({
  '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
  error_code: 'SOME_CODE',
  ...more,
});
const status = (code: number, message = 'it failed', more: object = {}) => ({
  code,
  message,
  details: [info(more)],
});

describe('error bodies', () => {
  it.each([
    [400, status(3), 'invalid_argument', 'SOME_CODE'],
    [400, status(9), 'failed_precondition', 'SOME_CODE'],
    [400, status(11), 'invalid_argument', 'SOME_CODE'],
    [401, status(16), 'unauthenticated', 'SOME_CODE'],
    [403, status(7), 'permission_denied', 'SOME_CODE'],
    [404, status(5), 'not_found', 'SOME_CODE'],
    [409, status(6), 'already_exists', 'SOME_CODE'],
    [409, status(10), 'conflict', 'SOME_CODE'],
    [499, status(1), 'unavailable', 'SOME_CODE'],
    [500, status(13), 'unavailable', 'SOME_CODE'],
    [501, status(12), 'unsupported', 'SOME_CODE'],
    [503, status(14), 'unavailable', 'SOME_CODE'],
    [504, status(4), 'deadline_exceeded', 'SOME_CODE'],
    [429, status(8), 'rate_limited', 'SOME_CODE'],
    // A bare ErrorInfo, as the specification declares for some endpoints.
    [400, info(), 'invalid_argument', 'SOME_CODE'],
    [404, info(), 'not_found', 'SOME_CODE'],
    // OAuth.
    [400, { error: 'invalid_request', error_description: 'no' }, 'invalid_argument', 'invalid_request'],
    [400, { error: 'invalid_client' }, 'unauthenticated', 'invalid_client'],
    [400, { error: 'unauthorized_client' }, 'permission_denied', 'unauthorized_client'],
    // Duplicates.
    [400, status(3, 'domain acme.com already exists'), 'already_exists', 'SOME_CODE'],
    [
      400,
      info({ localized_message_info: { message: 'Duplicate external id' } }),
      'already_exists',
      'SOME_CODE',
    ],
    [409, {}, 'already_exists', undefined],
    [400, status(5, 'already exists'), 'not_found', 'SOME_CODE'],
    // Neither shape.
    [418, { code: 'five', message: 7, details: 'none' }, 'invalid_argument', undefined],
    [404, ['not', 'found'], 'not_found', undefined],
    [500, null, 'unavailable', undefined],
  ])('%i %j is %s', async (httpStatus, body, code, vendorCode) => {
    await scalekit.answer('/api/v1', body, { status: httpStatus, times: 9 });
    const error = await failureOf(scalekit.sso().organizations.getByExternalId('tenant_acme'));
    expect(error).toMatchObject({
      code,
      status: httpStatus,
      provider: 'scalekit',
      operation: 'organizations.getByExternalId',
    });
    expect(error.vendorCode).toBe(vendorCode);
  });

  it('an HTML page is told by its status', async () => {
    await scalekit.emulator.control.addFault({
      match: { path: '/api/v1' },
      status: 502,
      contentType: 'text/html',
      body: '<h1>Bad gateway</h1>',
      times: 9,
    });
    const error = await failureOf(scalekit.sso().organizations.getByExternalId('tenant_acme'));
    expect(error).toMatchObject({ code: 'unavailable', status: 502, retryable: true });
    expect(error.message).not.toContain('<');
  });

  it('names the fields of a validation error and the request', async () => {
    const violations = {
      field_violations: [{ field: 'page_size', description: 'must be at most 30', constraint: 'uint32.lte' }],
    };
    const body = status(3, 'validation error', {
      validation_error_info: violations,
      request_info: { request_id: 'req_7' },
    });
    await scalekit.answer('/api/v1', body, { status: 400 });
    const error = await failureOf(scalekit.sso().organizations.getByExternalId('tenant_acme'));
    expect(error.requestId).toBe('req_7');
    expect(error.message).toContain('validation error; page_size: must be at most 30');
  });
});

describe('rate limits', () => {
  it('reads wait as long as Retry-After says', async () => {
    await scalekit.answer('/api/v1', status(8, 'slow down'), {
      status: 429,
      headers: { 'retry-after': '0' },
    });
    await scalekit.sso().organizations.getByExternalId('tenant_acme');
    expect(await scalekit.traffic()).toHaveLength(2);
  });

  it('a creation is not repeated', async () => {
    await scalekit.answer('/api/v1', status(8, 'slow down'), { status: 429 });
    const error = await failureOf(scalekit.sso().organizationAdmin.create({ name: 'Initech' }));
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(await scalekit.traffic()).toHaveLength(1);
  });
});

describe('callback errors', () => {
  it.each([
    ['access_denied', 'access_denied'],
    ['login_required', 'login_required'],
    ['user_login_required', 'login_required'],
    ['no_active_connections', 'connection_inactive'],
    ['connection_not_active', 'connection_inactive'],
    ['no_configured_connections', 'connection_not_found'],
    ['invalid_connection_id', 'connection_not_found'],
    ['invalid_organization_id', 'organization_not_found'],
    ['domain_not_found', 'domain_not_found'],
    ['invalid_user_domain', 'domain_not_allowed'],
    ['user_not_active', 'user_inactive'],
    ['invalid_connection_selector', 'misconfigured'],
    ['application_not_active', 'misconfigured'],
    ['unauthorized', 'misconfigured'],
    ['mandatory_attribute_missing', 'identity_provider_error'],
    ['invalid_saml_response', 'identity_provider_error'],
    ['assertion_expired', 'identity_provider_error'],
    ['server_error', 'provider_error'],
    ['something_new', 'provider_error'],
    ['constructor', 'provider_error'],
  ])('%s is %s', (vendorCode, reason) => {
    expect(scalekit.provider().login.rejectionReason(vendorCode)).toBe(reason);
  });
});

describe('secrets', () => {
  const canaries = {
    clientSecret: 'canary-client-secret',
    code: 'canary-code',
    verifier: 'canary-verifier-canary-verifier-canary-verifier',
    identityProviderSecret: 'canary-idp-secret',
  };
  const shown = (error: unknown) =>
    inspect(error, { depth: 10, showHidden: true }) +
    JSON.stringify(error) +
    String(error) +
    (error as Error).stack;
  const echo = Object.values(canaries).join(' ');

  it('of a code exchange appear in no error, whatever the vendor echoes', async () => {
    for (const [body, httpStatus] of [
      [{ error: 'invalid_grant', error_description: `bad: ${echo}` }, 400],
      [{ error: echo }, 401],
      [status(13, `crashed with ${echo}`), 500],
      [{ access_token: 1, id_token: echo }, 200],
    ] as const) {
      await scalekit.answer('/oauth/token', body, { status: httpStatus });
      const { code, verifier, clientSecret } = canaries;
      const error = await failureOf(
        scalekit
          .provider({ clientSecret })
          .login.exchangeCode(
            { code, codeVerifier: verifier, redirectUri: 'http://localhost/cb', nonce: 'n' },
            { operation: 'login.complete' },
          ),
      );
      for (const canary of [code, verifier, clientSecret]) expect(shown(error)).not.toContain(canary);
    }
  });

  it('of the API and of an identity provider appear in no error', async () => {
    const sso = scalekit.sso();
    const ref = {
      organizationId: scalekit.organization('Globex'),
      connectionId: scalekit.connection('Globex Entra ID'),
    };
    await sso.connections.get(ref);
    const [token] = (await scalekit.traffic()).map(({ headers }) =>
      headers['authorization']?.replace('Bearer ', ''),
    );
    await scalekit.answer('/connections', status(3, `no: ${canaries.identityProviderSecret} ${token}`), {
      status: 400,
    });
    const error = await failureOf(
      sso.connectionAdmin.update(
        ref,
        {
          identityProvider: 'entra-id',
          protocol: 'oidc',
          oidc: { clientSecret: canaries.identityProviderSecret },
        },
        allowPreview,
      ),
    );
    expect(error.message).toContain('[redacted]');
    expect(shown(error)).not.toContain(canaries.identityProviderSecret);
    expect(shown(error)).not.toContain(token);
  });
});
