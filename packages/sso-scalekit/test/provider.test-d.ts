import type { SsoClient, UnsupportedFacet, WebhooksClient } from '@org/sso-core';
import { createSso } from '@org/sso-core';
import type { WebhooksFacet } from '@org/sso-core/provider';
import { createScalekit, type ScalekitOptions, type ScalekitProvider } from '@org/sso-scalekit';
import { expectTypeOf, it } from 'vitest';

const options = { environmentUrl: 'https://acme.scalekit.dev', clientId: 'skc_1', clientSecret: 'test_1' };

it('signing secrets make the webhooks facet callable', () => {
  const provider = createScalekit({ ...options, webhooks: { secrets: ['whsec_AAECAwQ='] } });
  expectTypeOf(provider).toExtend<ScalekitProvider>();
  expectTypeOf(provider.webhooks).toEqualTypeOf<WebhooksFacet>();
  expectTypeOf(createSso({ provider }).webhooks).toEqualTypeOf<WebhooksClient>();
});

it('without them it is absent, every other facet is there', () => {
  expectTypeOf(createScalekit(options)).toEqualTypeOf<ScalekitProvider>();
  expectTypeOf<SsoClient<ScalekitProvider>['webhooks']>().toEqualTypeOf<UnsupportedFacet<'webhooks'>>();
  expectTypeOf(createScalekit(options)).toHaveProperty('events').not.toBeNullable();
  expectTypeOf(createScalekit(options)).toHaveProperty('directoryAdmin').not.toBeNullable();
});

it('there is no audit log to write to', () => {
  expectTypeOf<SsoClient<ScalekitProvider>['auditLogs']>().toEqualTypeOf<UnsupportedFacet<'auditLogs'>>();
});

it('options known only at run time promise nothing', () => {
  const provider = createScalekit({} as ScalekitOptions);
  expectTypeOf(provider.webhooks).toEqualTypeOf<WebhooksFacet | undefined>();
  expectTypeOf(createSso({ provider }).webhooks).toEqualTypeOf<UnsupportedFacet<'webhooks'>>();
});
