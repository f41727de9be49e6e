/** Lists everything of one kind in a fresh process by one contender and reports what that took. */
import { Agent, get as httpGet } from 'node:http';
import { createSso, type DirectoriesClient, type Directory, type OrganizationsClient } from '@org/sso-core';
import type { HttpSettings } from '@org/sso-core/http';
import { createUndiciTransport } from '@org/sso-core/http/undici';
import type { EmulatorFacts } from '../emulator.js';
import { cpuMs } from '../measure.js';

export interface ListingTask {
  readonly contender: string;
  readonly emulator: EmulatorFacts;
  /** Lists its users; organizations when absent. */
  readonly directory: Pick<Directory, 'id' | 'vendorId' | 'organizationId'> | undefined;
  readonly count: number;
  readonly pageSize: number | undefined;
}

/** Calls `visit` with each item until it says `false`. */
type List = (visit: (item: { id: string }) => boolean) => Promise<void>;

const { contender, emulator, directory, count, pageSize } = JSON.parse(process.argv[2]!) as ListingTask;
const { url, clientId, secret } = emulator;
const organizationId = directory?.organizationId.replace(/^scalekit:/, '') ?? '';

function listWith(sso: {
  readonly organizations: OrganizationsClient;
  readonly directories: DirectoriesClient;
}): List {
  return async (visit) => {
    const listing = directory
      ? sso.directories.listUsers({ organizationId: directory.organizationId, directoryId: directory.id })
      : sso.organizations.list();
    for await (const item of listing) if (!visit(item)) return;
  };
}

const agent = new Agent({ keepAlive: true });

/** The least a client can do: one kept-alive socket and `JSON.parse`. */
function getJson(path: string, token: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    httpGet(url + path, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      response.on('error', reject);
    }).on('error', reject);
  });
}

type GetJson = (path: string, token: string) => Promise<unknown>;

/** What the adapters' default transport costs by itself. */
async function axiosAlone(): Promise<GetJson> {
  const { default: axios } = await import('axios');
  return async (path, token) => {
    const { data } = await axios.get<string>(url + path, {
      headers: { authorization: `Bearer ${token}` },
      responseType: 'text',
      transformResponse: (text: string) => text,
      maxRedirects: 0,
    });
    return JSON.parse(data);
  };
}

interface WorkosPage {
  readonly data: { id: string }[];
  readonly list_metadata: { readonly after: string | null };
}

interface ScalekitPage {
  readonly organizations?: { id: string }[];
  readonly users?: { id: string }[];
  readonly next_page_token: string;
}

async function workosByHand(get: GetJson): Promise<List> {
  const path = directory ? `/directory_users?directory=${directory.vendorId}&` : '/organizations?';
  return async (visit) => {
    let after: string | null = '';
    do {
      const query: string = `limit=${pageSize}&order=desc${after && `&after=${after}`}`;
      const page = (await get(path + query, secret)) as WorkosPage;
      for (const item of page.data) if (!visit(item)) return;
      after = page.list_metadata.after;
    } while (after);
  };
}

async function scalekitByHand(get: GetJson): Promise<List> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
  });
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const path = directory
    ? `/api/v1/organizations/${organizationId}/directories/${directory.vendorId}/users?include_detail=true&`
    : '/api/v1/organizations?';
  return async (visit) => {
    let next = '';
    do {
      const query = `page_size=${pageSize}${next && `&page_token=${encodeURIComponent(next)}`}`;
      const page = (await get(path + query, token)) as ScalekitPage;
      for (const item of page.users ?? page.organizations!) if (!visit(item)) return;
      next = page.next_page_token;
    } while (next);
  };
}

async function workosAdapter(http: HttpSettings = {}): Promise<List> {
  if (directory) {
    // The adapter keeps to four requests a second: by a clock that leaps, it never has to wait.
    let now = Date.now();
    Date.now = () => (now += 1000);
  }
  const { createWorkos } = await import('@org/sso-workos');
  return listWith(createSso({ provider: createWorkos({ apiKey: secret, clientId, baseUrl: url, http }) }));
}

async function scalekitAdapter(http: HttpSettings = {}): Promise<List> {
  const { createScalekit } = await import('@org/sso-scalekit');
  return listWith(
    createSso({ provider: createScalekit({ environmentUrl: url, clientId, clientSecret: secret, http }) }),
  );
}

const contenders: Readonly<Record<string, () => Promise<List>>> = {
  'workos-adapter': () => workosAdapter(),
  'workos-undici': () => workosAdapter({ transport: createUndiciTransport() }),
  'scalekit-adapter': () => scalekitAdapter(),
  'scalekit-undici': () => scalekitAdapter({ transport: createUndiciTransport() }),
  'workos-floor': () => workosByHand(getJson),
  'workos-axios': async () => workosByHand(await axiosAlone()),
  async 'workos-sdk'() {
    const { WorkOS } = await import('@workos-inc/node');
    const { hostname, port } = new URL(url);
    const workos = new WorkOS(secret, { clientId, apiHostname: hostname, port: Number(port), https: false });
    return async (visit) => {
      let after: string | undefined;
      do {
        const options = { limit: pageSize!, ...(after ? { after } : {}) };
        const page = directory
          ? await workos.directorySync.listUsers({ ...options, directory: directory.vendorId })
          : await workos.organizations.listOrganizations(options);
        for (const item of page.data) if (!visit(item)) return;
        after = page.listMetadata.after ?? undefined;
      } while (after);
    };
  },
  'scalekit-floor': () => scalekitByHand(getJson),
  'scalekit-axios': async () => scalekitByHand(await axiosAlone()),
  async 'scalekit-sdk'() {
    const { ScalekitClient } = await import('@scalekit-sdk/node');
    const scalekit = new ScalekitClient(url, clientId, secret);
    const loadPage = async (pageToken: string) => {
      const options = { pageSize: pageSize!, pageToken };
      if (directory) {
        const { users, nextPageToken } = await scalekit.directory.listDirectoryUsers(
          organizationId,
          directory.vendorId,
          { ...options, includeDetail: true },
        );
        return { items: users, nextPageToken };
      }
      const { organizations, nextPageToken } = await scalekit.organization.listOrganization(options);
      return { items: organizations, nextPageToken };
    };
    return async (visit) => {
      let pageToken = '';
      do {
        const page = await loadPage(pageToken);
        for (const item of page.items) if (!visit(item)) return;
        pageToken = page.nextPageToken;
      } while (pageToken);
    };
  },
};

const list = await contenders[contender]!();

// What loads on first use is the cold-start benchmark's subject.
await list(() => false);

let seen = 0;
let excluded = 0;
const liveMiB: number[] = [];
const startedAt = performance.now();
const cpuAtStart = cpuMs();
await list(({ id }) => {
  if (id === '') throw new Error('An item without an id');
  seen += 1;
  if (seen === count * 0.1 || seen === count * 0.9) {
    const before = cpuMs();
    globalThis.gc!();
    liveMiB.push(process.memoryUsage().heapUsed / 2 ** 20);
    excluded += cpuMs() - before;
  }
  return true;
});
const cpu = cpuMs() - cpuAtStart - excluded;
if (seen !== count) throw new Error(`Saw ${seen} of ${count} items`);

process.send!({
  cpu,
  wall: performance.now() - startedAt,
  peak: process.resourceUsage().maxRSS / 1024,
  growth: liveMiB[1]! - liveMiB[0]!,
});
agent.destroy();
process.disconnect();
