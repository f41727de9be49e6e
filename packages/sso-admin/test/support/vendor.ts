import {
  connectionId,
  createSso,
  directoryId,
  organizationId,
  type ConnectionId,
  type DirectoryId,
  type OrganizationId,
  type SsoProvider,
} from '@org/sso-core';
import { createAxiosTransport, type HttpTransport } from '@org/sso-core/http';
import {
  startScalekitEmulator,
  startWorkosEmulator,
  type ControlClient,
  type ScalekitEmulator,
  type WorkosEmulator,
} from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export const vendorNames = ['scalekit', 'workos'] as const;
export type VendorName = (typeof vendorNames)[number];

/** A tenant at the vendor. */
export interface Tenant {
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
}

/** One vendor's emulator with Acme (a connection and a directory) and Globex (a connection), as seeded. */
export interface Vendor {
  readonly name: VendorName;
  readonly emulator: ScalekitEmulator | WorkosEmulator;
  readonly control: ControlClient;
  readonly provider: SsoProvider;
  readonly sso: { readonly provider: SsoProvider };
  readonly acme: Tenant & { readonly directoryId: DirectoryId };
  readonly globex: Tenant;
  /** Another client whose requests go through this. */
  createSso(transport: HttpTransport): { readonly provider: SsoProvider };
  /** Requests that changed something, as `METHOD path`. */
  writes(): Promise<string[]>;
}

const clientSecret = 'CANARY-client-secret-0123456789';
const apiKey = 'sk_CANARY-api-key-0123456789';

/** For the tests of one file; back to its seed before each. */
export function useVendor(name: VendorName): Vendor {
  let emulator: ScalekitEmulator | WorkosEmulator;
  beforeAll(async () => {
    emulator =
      name === 'scalekit'
        ? await startScalekitEmulator({ clientSecret, mode: 'full-stack-auth' })
        : await startWorkosEmulator({ apiKey });
  });
  let tenants: Pick<Vendor, 'acme' | 'globex'>;
  beforeEach(async () => {
    await emulator.control.reset();
    const acme = tenant('Acme');
    const [directory] = emulator.directories();
    tenants = {
      acme: { ...acme, directoryId: directoryId(`${name}:${directory!.id}`) },
      globex: tenant('Globex'),
    };
  });
  afterAll(() => emulator.close());

  function createProvider(transport: HttpTransport = createAxiosTransport()): SsoProvider {
    const http = { transport, retryDelayMs: 1 };
    return emulator.vendor === 'scalekit'
      ? createScalekit({
          environmentUrl: emulator.url,
          clientId: emulator.clientId,
          clientSecret: emulator.clientSecret,
          http,
        })
      : createWorkos({ apiKey: emulator.apiKey, clientId: emulator.clientId, baseUrl: emulator.url, http });
  }
  function tenant(customer: string): Tenant {
    const organization = emulator.organizations().find((each) => each.name.startsWith(customer))!;
    const connection = emulator.connections().find((each) => each.organizationId === organization.id)!;
    return {
      organizationId: organizationId(`${name}:${organization.id}`),
      connectionId: connectionId(`${name}:${connection.id}`),
    };
  }

  return {
    name,
    get emulator() {
      return emulator;
    },
    get control() {
      return emulator.control;
    },
    get provider() {
      return createProvider();
    },
    get sso() {
      return createSso({ provider: createProvider() });
    },
    createSso: (transport) => createSso({ provider: createProvider(transport) }),
    get acme() {
      return tenants.acme;
    },
    get globex() {
      return tenants.globex;
    },
    async writes() {
      const requests = await emulator.control.traffic();
      return requests
        .filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token')
        .map(({ method, path }) => `${method} ${path.split('?')[0]}`);
    },
  };
}
