import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryMigrationStore, type MigrationStore } from '@org/sso-core/migration';
import {
  startScalekitEmulator,
  startWorkosEmulator,
  type ControlClient,
  type ScalekitEmulator,
  type Seed,
  type SeedConnection,
  type SeedDirectory,
  type WorkosEmulator,
} from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { createMigrator, type Migrator, type MigratorOptions } from '@org/sso-migrate';
import { afterAll } from 'vitest';

export type VendorName = 'workos' | 'scalekit';

/** A vendor on loopback. */
export interface Vendor {
  readonly name: VendorName;
  readonly url: string;
  readonly secret: string;
  readonly clientId: string;
  readonly emulator: WorkosEmulator | ScalekitEmulator;
  readonly control: ControlClient;
  readonly provider: SsoProvider;
  /** The organization of this name. */
  organization(name: string): { id: string; name: string; externalId: string | null; domains: string[] };
  /** What was sent that could change anything: the token endpoint and logins apart. */
  writes(): Promise<string[]>;
  /** What the customer's IT admin does in the portal. */
  connect(organizationId: string, connection: SeedConnection): Promise<string>;
  connectDirectory(organizationId: string, directory: SeedDirectory): Promise<string>;
}

export const redirectUri = 'http://localhost:3000/callback';
/** For an app that runs both. */
export const callbackOf = (name: VendorName) => `http://localhost:3000/sso/${name}/callback`;

function providerOf(
  name: VendorName,
  { url, clientId, secret }: { readonly url: string; readonly clientId: string; readonly secret: string },
  http: { readonly retryDelayMs?: number; readonly maxRetries?: number } = { retryDelayMs: 1 },
): SsoProvider {
  return name === 'workos'
    ? createWorkos({ baseUrl: url, clientId, apiKey: secret, http, events: { inactiveUsers: 'deleted' } })
    : createScalekit({ environmentUrl: url, clientId, clientSecret: secret, http });
}

/** One of each vendor for all tests of a file: starting them takes longer than most tests. */
const running = new Map<VendorName, Promise<WorkosEmulator | ScalekitEmulator>>();

afterAll(async () => {
  for (const emulator of running.values()) await (await emulator).close();
});

/** The vendor as it is after a start, holding these organizations. */
export async function startVendor(
  name: VendorName,
  { organizations }: Pick<Seed, 'organizations'>,
): Promise<Vendor> {
  const seed: Seed = { organizations: [], redirectUris: [redirectUri, callbackOf(name)] };
  if (!running.has(name))
    running.set(name, name === 'workos' ? startWorkosEmulator({ seed }) : startScalekitEmulator({ seed }));
  const emulator = await running.get(name)!;
  const { url, clientId, control } = emulator;
  await control.reset();
  for (const organization of organizations) await control.createOrganization(organization);
  const secret = emulator.vendor === 'workos' ? emulator.apiKey : emulator.clientSecret;
  return {
    name,
    url,
    secret,
    clientId,
    emulator,
    control,
    provider: providerOf(name, { url, clientId, secret }),
    organization(wanted) {
      const found = emulator.organizations().filter((each) => each.name === wanted);
      if (found.length !== 1)
        throw new Error(`${found.length} organizations at ${name} are called ${wanted}`);
      return found[0]!;
    },
    async writes() {
      const requests = await control.traffic();
      return requests
        .filter(({ method, path }) => method !== 'GET' && !/^\/(oauth|sso)\//.test(path))
        .map(({ method, path }) => `${method} ${path}`);
    },
    connect: async (organizationId, connection) =>
      (await control.createConnection({ organizationId, ...connection })).id,
    connectDirectory: async (organizationId, directory) =>
      (await control.createDirectory({ organizationId, ...directory })).id,
  };
}

export const directions = [
  { from: 'workos', to: 'scalekit' },
  { from: 'scalekit', to: 'workos' },
] as const satisfies readonly { readonly from: VendorName; readonly to: VendorName }[];

export interface Move {
  readonly from: Vendor;
  readonly to: Vendor;
  readonly store: MigrationStore;
  readonly migrator: Migrator;
}

export const impatient = { delayMs: 1 };

/** Both vendors and a migrator between them. */
export async function startMove(
  direction: { readonly from: VendorName; readonly to: VendorName },
  seeds: { readonly from: Pick<Seed, 'organizations'>; readonly to?: Pick<Seed, 'organizations'> },
  options: Partial<MigratorOptions> = {},
): Promise<Move> {
  const from = await startVendor(direction.from, seeds.from);
  const to = await startVendor(direction.to, seeds.to ?? { organizations: [] });
  const store = options.store ?? createMemoryMigrationStore();
  const migrator = createMigrator({
    from: from.provider,
    to: to.provider,
    retry: impatient,
    testLogin: { redirectUri },
    ...options,
    store,
  });
  return { from, to, store, migrator };
}

export const actor = 'ops@example.test';
