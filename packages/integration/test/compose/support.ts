import { createSso, type LoginSettings, type OrganizationId } from '@org/sso-core';
import { createMemoryRoutes, routed, type MemoryRoutes } from '@org/sso-core/compose';
import { defaultSeed, startScalekitEmulator, startWorkosEmulator } from '@org/sso-emulators';
import type { ScalekitEmulator, TrafficEntry, WorkosEmulator } from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export type VendorName = 'scalekit' | 'workos';

const origin = 'https://app.example';
export const redirectUri = (name: VendorName) => `${origin}/sso/${name}/callback`;
const secret = 'a-sealing-secret-of-at-least-32-characters';

/** Both vendors with the same customers, and everything sent to either. */
export interface Vendors {
  readonly emulator: { readonly scalekit: ScalekitEmulator; readonly workos: WorkosEmulator };
  readonly provider: {
    readonly scalekit: ReturnType<typeof createScalekit>;
    readonly workos: ReturnType<typeof createWorkos>;
  };
  readonly organization: (vendor: VendorName, name: string) => OrganizationId;
  /** What was sent to this vendor since the test began. */
  readonly traffic: (vendor: VendorName) => Promise<TrafficEntry[]>;
  /** Codes that were sent to this vendor. */
  readonly codes: (vendor: VendorName) => Promise<(string | null)[]>;
}

export function useVendors(): Vendors {
  const emulator = {} as { scalekit: ScalekitEmulator; workos: WorkosEmulator };
  const provider = {} as { -readonly [Name in VendorName]: Vendors['provider'][Name] };

  beforeAll(async () => {
    const seed = (name: VendorName) => ({ ...defaultSeed, redirectUris: [redirectUri(name)] });
    emulator.scalekit = await startScalekitEmulator({ seed: seed('scalekit') });
    emulator.workos = await startWorkosEmulator({ seed: seed('workos') });
  });

  beforeEach(async () => {
    const { scalekit, workos } = emulator;
    await Promise.all([scalekit.control.reset(), workos.control.reset()]);
    provider.scalekit = createScalekit({
      environmentUrl: scalekit.url,
      clientId: scalekit.clientId,
      clientSecret: scalekit.clientSecret,
      http: { retryDelayMs: 1 },
    });
    provider.workos = createWorkos({
      baseUrl: workos.url,
      clientId: workos.clientId,
      apiKey: workos.apiKey,
      http: { retryDelayMs: 1 },
    });
  });

  afterAll(() => Promise.all([emulator.scalekit?.close(), emulator.workos?.close()]));

  const traffic = (vendor: VendorName) => emulator[vendor].control.traffic();
  return {
    emulator,
    provider,
    organization(vendor, name) {
      const found = emulator[vendor].organizations().find((each) => each.name === name);
      return `${vendor}:${found!.id}` as OrganizationId;
    },
    traffic,
    async codes(vendor) {
      const forms = (await traffic(vendor)).map(({ body }) => new URLSearchParams(body));
      return forms.map((form) => form.get('code')).filter((code) => code !== null);
    },
  };
}

/** The app: a client of both vendors. Every call of it is a process anew, with the routes the app has kept. */
export function startApp(
  { provider: { workos, scalekit } }: Vendors,
  { routes = createMemoryRoutes(), fallback }: { routes?: MemoryRoutes; fallback?: VendorName } = {},
) {
  const provider = routed({
    providers: [workos, scalekit],
    routes,
    ...(fallback === undefined ? {} : { fallback }),
  });
  return createSso({ provider, login: loginSettings });
}

export const loginSettings: LoginSettings = {
  secrets: [secret],
  redirectUri: { workos: redirectUri('workos'), scalekit: redirectUri('scalekit') },
};
