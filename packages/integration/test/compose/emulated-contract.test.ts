import type { Harness } from '@org/sso-contract';
import { describeContract } from '@org/sso-contract/vitest';
import { createMemoryRoutes, routed, shadowed } from '@org/sso-core/compose';
import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider } from '@org/sso-core/testing';
import { createScalekitHarness } from '../harness/scalekit.js';
import { createWorkosHarness } from '../harness/workos.js';

const adapters = {
  scalekit: () => createScalekitHarness('full-stack-auth'),
  workos: () => createWorkosHarness('deleted'),
};

const composites: Readonly<Record<string, (provider: SsoProvider) => SsoProvider>> = {
  'routed of one': (provider) =>
    routed({ providers: [provider], routes: createMemoryRoutes(), fallback: provider.id }),
  shadowed: (primary) =>
    shadowed({ primary, shadow: createMemoryProvider({ id: 'twin' }).provider, report() {} }),
};

for (const [adapter, createHarness] of Object.entries(adapters)) {
  for (const [name, compose] of Object.entries(composites)) {
    describeContract({
      name: `${name}: ${adapter}`,
      async createHarness(): Promise<Harness> {
        const { withSecret, withWebhookSecrets, ...harness } = await createHarness();
        const { provider } = harness;
        return {
          ...harness,
          provider: compose(provider),
          // A shadowed provider is its primary; a routed one only stands in front of it.
          ...(name !== 'shadowed' && { owner: provider }),
          ...(withSecret && { withSecret: (secret) => compose(withSecret(secret)) }),
          ...(withWebhookSecrets && {
            withWebhookSecrets: (secrets) => compose(withWebhookSecrets(secrets)),
          }),
        };
      },
    });
  }
}
