import { createSso, type EventsClient, type UnsupportedFacet, type WebhooksClient } from '@org/sso-core';
import { expectTypeOf, test } from 'vitest';
import { createWorkos } from '../src/index.js';

const keys = { apiKey: 'sk_test_1', clientId: 'client_1' };
const events = { inactiveUsers: 'kept' } as const;
const webhooks = { secrets: ['whsec_1'] };

test('facets that need settings are there with them', () => {
  const both = createSso({ provider: createWorkos({ ...keys, events, webhooks }) });
  expectTypeOf(both.events).toEqualTypeOf<EventsClient>();
  expectTypeOf(both.webhooks).toEqualTypeOf<WebhooksClient>();
});

test('and only with them', () => {
  const pulling = createSso({ provider: createWorkos({ ...keys, events }) });
  expectTypeOf(pulling.events).toEqualTypeOf<EventsClient>();
  expectTypeOf(pulling.webhooks).toEqualTypeOf<UnsupportedFacet<'webhooks'>>();
  const neither = createSso({ provider: createWorkos(keys) });
  expectTypeOf(neither.events).toEqualTypeOf<UnsupportedFacet<'events'>>();
  expectTypeOf(neither.webhooks).toEqualTypeOf<UnsupportedFacet<'webhooks'>>();
});

test('what a deletion means cannot be forgotten', () => {
  // @ts-expect-error Property 'events' is missing.
  void createWorkos({ ...keys, webhooks });
  // @ts-expect-error Property 'inactiveUsers' is missing.
  void createWorkos({ ...keys, events: {} });
});
