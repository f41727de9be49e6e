/** Lists every organization in a fresh process by one contender and reports what that took. */
import { Agent, get } from 'node:http';
import { createSso, type OrganizationsClient } from '@org/sso-core';
import { cpuMs } from '../measure.js';
import type { EmulatorFacts } from './emulator.js';

export interface ClientTask {
  readonly contender: string;
  readonly emulator: EmulatorFacts;
  readonly organizations: number;
  readonly pageSize: number | undefined;
}

/** Calls `visit` with each organization until it says `false`. */
type List = (visit: (organization: { id: string }) => boolean) => Promise<void>;

const { contender, emulator, organizations, pageSize } = JSON.parse(process.argv[2]!) as ClientTask;
const { url, clientId, secret } = emulator;

function listWith(client: OrganizationsClient): List {
  return async (visit) => {
    for await (const organization of client.list()) if (!visit(organization)) return;
  };
}

const agent = new Agent({ keepAlive: true });

/** The least a client can do: one kept-alive socket and `JSON.parse`. */
function getJson(path: string, token: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(url + path, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      response.on('error', reject);
    }).on('error', reject);
  });
}

interface WorkosPage {
  readonly data: { id: string }[];
  readonly list_metadata: { readonly after: string | null };
}

interface ScalekitPage {
  readonly organizations: { id: string }[];
  readonly next_page_token: string;
}

const contenders: Readonly<Record<string, () => Promise<List>>> = {
  async 'workos-floor'() {
    return async (visit) => {
      let after: string | null = '';
      do {
        const query: string = `limit=${pageSize}&order=desc${after && `&after=${after}`}`;
        const page = (await getJson(`/organizations?${query}`, secret)) as WorkosPage;
        for (const organization of page.data) if (!visit(organization)) return;
        after = page.list_metadata.after;
      } while (after);
    };
  },
  async 'workos-adapter'() {
    const { createWorkos } = await import('@org/sso-workos');
    return listWith(
      createSso({ provider: createWorkos({ apiKey: secret, clientId, baseUrl: url }) }).organizations,
    );
  },
  async 'workos-sdk'() {
    const { WorkOS } = await import('@workos-inc/node');
    const { hostname, port } = new URL(url);
    const workos = new WorkOS(secret, { clientId, apiHostname: hostname, port: Number(port), https: false });
    return async (visit) => {
      let after: string | undefined;
      do {
        const page = await workos.organizations.listOrganizations({
          limit: pageSize!,
          ...(after ? { after } : {}),
        });
        for (const organization of page.data) if (!visit(organization)) return;
        after = page.listMetadata.after ?? undefined;
      } while (after);
    };
  },
  async 'scalekit-floor'() {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
    });
    const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return async (visit) => {
      let next = '';
      do {
        const query = `page_size=${pageSize}${next && `&page_token=${encodeURIComponent(next)}`}`;
        const page = (await getJson(`/api/v1/organizations?${query}`, token)) as ScalekitPage;
        for (const organization of page.organizations) if (!visit(organization)) return;
        next = page.next_page_token;
      } while (next);
    };
  },
  async 'scalekit-sdk'() {
    const { ScalekitClient } = await import('@scalekit-sdk/node');
    const scalekit = new ScalekitClient(url, clientId, secret);
    return async (visit) => {
      let pageToken = '';
      do {
        const page = await scalekit.organization.listOrganization({ pageSize: pageSize!, pageToken });
        for (const organization of page.organizations) if (!visit(organization)) return;
        pageToken = page.nextPageToken;
      } while (pageToken);
    };
  },
  async 'scalekit-adapter'() {
    const { createScalekit } = await import('@org/sso-scalekit');
    return listWith(
      createSso({ provider: createScalekit({ environmentUrl: url, clientId, clientSecret: secret }) })
        .organizations,
    );
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
  if (id === '') throw new Error('An organization without an id');
  seen += 1;
  if (seen === organizations * 0.1 || seen === organizations * 0.9) {
    const before = cpuMs();
    globalThis.gc!();
    liveMiB.push(process.memoryUsage().heapUsed / 2 ** 20);
    excluded += cpuMs() - before;
  }
  return true;
});
const cpu = cpuMs() - cpuAtStart - excluded;
if (seen !== organizations) throw new Error(`Saw ${seen} of ${organizations} organizations`);

process.send!({
  cpu,
  wall: performance.now() - startedAt,
  peak: process.resourceUsage().maxRSS / 1024,
  growth: liveMiB[1]! - liveMiB[0]!,
});
agent.destroy();
process.disconnect();
