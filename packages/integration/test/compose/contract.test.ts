import { createMemoryHarness, type Harness } from '@org/sso-contract';
import { describeContract } from '@org/sso-contract/vitest';
import { createMemoryRoutes, routed, shadowed } from '@org/sso-core/compose';
import { defineProvider, type SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider } from '@org/sso-core/testing';

/** A composite around the memory harness, and what else it reaches counted with the traffic. */
function createCompositeHarness(
  compose: (memory: SsoProvider) => SsoProvider,
  ...others: readonly Other[]
): Harness {
  let owner: SsoProvider | undefined;
  const harness = createMemoryHarness({
    change(memory) {
      owner = memory;
      return compose(memory);
    },
  });
  return {
    ...harness,
    owner: owner!,
    traffic: {
      async record() {
        const recorded = await harness.traffic.record();
        const before = others.map(({ world }) => world.calls.length);
        return async () => [
          ...(await recorded()),
          ...others.flatMap(({ world }, index) =>
            world.calls
              .slice(before[index])
              .map(({ operation }) => ({ method: 'CALL', path: operation, body: '' })),
          ),
        ];
      },
    },
  };
}

type Other = ReturnType<typeof createMemoryProvider>;

const routes = createMemoryRoutes();
const fallback = 'memory';

describeContract({
  name: 'routed of one',
  createHarness: () => createCompositeHarness((memory) => routed({ providers: [memory], routes, fallback })),
});

describeContract({
  name: 'routed of two, the first of them',
  createHarness() {
    const other = createMemoryProvider({ id: 'other' });
    return createCompositeHarness(
      (memory) => routed({ providers: [memory, other.provider], routes, fallback }),
      other,
    );
  },
});

describeContract({
  name: 'routed of two, the second of them',
  createHarness() {
    const other = createMemoryProvider({ id: 'other' });
    other.world.createOrganization({ name: 'Globex' });
    return createCompositeHarness(
      (memory) => routed({ providers: [other.provider, memory], routes, fallback }),
      other,
    );
  },
});

const report = () => {
  throw new Error('reports may fail as they like');
};

describeContract({
  name: 'shadowed with a twin',
  createHarness: () =>
    createCompositeHarness((primary) =>
      shadowed({ primary, shadow: createMemoryProvider({ id: 'twin' }).provider, report }),
    ),
});

describeContract({
  name: 'shadowed with one that never answers',
  createHarness: () =>
    createCompositeHarness((primary) =>
      shadowed({ primary, shadow: createDeafProvider(), report, timeoutMs: 50 }),
    ),
});

describeContract({
  name: 'routed of one that is shadowed',
  createHarness: () =>
    createCompositeHarness((primary) => {
      const shadow = createMemoryProvider({ id: 'twin' }).provider;
      return routed({ providers: [shadowed({ primary, shadow, report })], routes, fallback });
    }),
});

/** Takes every read and answers none, whatever signal it is given. */
function createDeafProvider(): SsoProvider {
  const never = () => new Promise<never>(() => {});
  const { provider } = createMemoryProvider({ id: 'deaf' });
  return defineProvider({
    ...provider,
    organizations: { listPage: never, get: never, getByExternalId: never },
    connections: { listPage: never, get: never },
  });
}
