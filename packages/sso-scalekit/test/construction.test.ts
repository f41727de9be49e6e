import { inspect } from 'node:util';
import { SsoError } from '@org/sso-core';
import { createScalekit, type ScalekitOptions } from '@org/sso-scalekit';
import { expect, it } from 'vitest';

const valid = {
  environmentUrl: 'https://acme.scalekit.dev',
  clientId: 'skc_1',
  clientSecret: 'test_canary_secret',
};

it.each([
  ['environmentUrl', { environmentUrl: '' }],
  ['environmentUrl', { environmentUrl: 'acme.scalekit.dev' }],
  ['environmentUrl', { environmentUrl: 'http://acme.scalekit.dev' }],
  ['environmentUrl', { environmentUrl: 'https://user:password@acme.scalekit.dev' }],
  ['clientId', { clientId: '' }],
  ['clientId', { clientId: undefined }],
  ['clientSecret', { clientSecret: ' test_1' }],
  ['swapped', { clientId: 'test_1', clientSecret: 'skc_1' }],
  ['additionalIssuers', { additionalIssuers: ['auth.example.com'] }],
  ['no setting "additionalIssuer"', { additionalIssuer: 'https://auth.example.com' }],
  ['no setting "http.timeout"', { http: { timeout: 5 } }],
  ['http.retryDelayMs', { http: { retryDelayMs: -1 } }],
  ['no setting "webhooks.tolerance"', { webhooks: { secrets: ['whsec_MDEyMzQ1Njc4OQ=='], tolerance: 1 } }],
])('a malformed %s is refused by name: %j', (setting, wrong: Readonly<Record<string, unknown>>) => {
  expect(() => createScalekit({ ...valid, ...wrong } as ScalekitOptions)).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      provider: 'scalekit',
      message: expect.stringContaining(setting),
    }),
  );
});

it('names its environment by host and takes a trailing slash', () => {
  const provider = createScalekit({ ...valid, environmentUrl: 'https://acme.scalekit.dev/' });
  expect(provider).toMatchObject({
    id: 'scalekit',
    environment: 'acme.scalekit.dev',
    login: { issuer: 'https://acme.scalekit.dev' },
  });
});

it('never shows its secret', () => {
  const provider = createScalekit(valid);
  expect(inspect(provider, { depth: 10, showHidden: true }) + JSON.stringify(provider)).not.toContain(
    'canary',
  );
});

it('an id of another provider is refused before any request', async () => {
  const provider = createScalekit(valid);
  await expect(
    provider.organizations.get('workos:org_1' as never, { operation: 'organizations.get' }),
  ).rejects.toSatisfy((error) => SsoError.isInstance(error) && error.code === 'invalid_argument');
});
