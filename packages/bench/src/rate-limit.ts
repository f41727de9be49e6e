import { createSso } from '@org/sso-core';
import { createControlClient } from '@org/sso-emulators';
import { createWorkos } from '@org/sso-workos';
import { WorkOS } from '@workos-inc/node';
import { startEmulator } from './child.js';
import { generatedDirectory } from './directory.js';
import { medianOfRounds, printBudget, printTable } from './measure.js';

const rounds = 3;
const pages = 25;
const pageSize = 100;
const requestsPerSecond = 4;
const latencyMs = 80;

/** The first four start at once, four more every second, and the last one has to be answered. */
const floorMs = Math.floor((pages - 1) / requestsPerSecond) * 1000 + latencyMs;

const contenders = {
  adapter: 'sso.directories.listUsers()',
  sdk: '@workos-inc/node, autoPagination',
} as const;

/** How close a listing comes to what WorkOS allows: wall time, as nothing else is scarce. */
export async function benchRateLimit(): Promise<void> {
  const emulator = await startEmulator({
    vendor: 'workos',
    directoryUsers: pages * pageSize,
    options: { rateLimits: true },
  });
  try {
    const { url, controlUrl, clientId, secret } = emulator.facts;
    const { id: directoryId, vendorId, organizationId } = await generatedDirectory('workos', emulator.facts);
    const control = createControlClient(controlUrl);
    await control.addFault({ delayMs: latencyMs, times: Number.MAX_SAFE_INTEGER });

    const drain = {
      async adapter() {
        const sso = createSso({ provider: createWorkos({ apiKey: secret, clientId, baseUrl: url }) });
        let seen = 0;
        for await (const _ of sso.directories.listUsers({ organizationId, directoryId })) seen += 1;
        return seen;
      },
      async sdk() {
        const { hostname, port } = new URL(url);
        const options = { clientId, apiHostname: hostname, port: Number(port), https: false };
        const workos = new WorkOS(secret, options);
        const firstPage = await workos.directorySync.listUsers({ directory: vendorId });
        return (await firstPage.autoPagination()).length;
      },
    };
    const medians = await medianOfRounds(rounds, ['adapter', 'sdk'], async (contender) => {
      await control.clearTraffic();
      const startedAt = performance.now();
      const seen = await drain[contender]();
      const wall = performance.now() - startedAt;
      if (seen !== pages * pageSize) throw new Error(`Saw ${seen} of ${pages * pageSize} users`);
      const traffic = await control.traffic();
      // Neither contender shall profit from the window of the one before.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return {
        wall,
        requests: traffic.length,
        refused: traffic.filter(({ status }) => status === 429).length,
      };
    });

    printTable(
      [`${pages * pageSize} users`, 'wall ms', '× limit', 'requests', 'of them refused'],
      [
        ['what the limit allows', String(floorMs), '1.00', String(pages), '0'],
        ...(['adapter', 'sdk'] as const).map((contender) => [
          contenders[contender],
          medians[contender].wall.toFixed(0),
          (medians[contender].wall / floorMs).toFixed(2),
          medians[contender].requests.toFixed(0),
          medians[contender].refused.toFixed(0),
        ]),
      ],
    );
    console.log();
    printBudget(`${contenders.adapter}, wall time × limit`, medians.adapter.wall / floorMs, 1.1);
  } finally {
    emulator.stop();
  }
}
