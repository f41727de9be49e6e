import type { Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { startApp } from '@org/example-quickstart';
import { startScalekitEmulator, startWorkosEmulator, type ControlClient } from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';

/** One vendor's emulator and the quickstart app in front of it. */
export interface Stage {
  readonly vendor: 'scalekit' | 'workos';
  readonly name: string;
  readonly appUrl: string;
  readonly emulatorUrl: string;
  readonly connectionId: string;
  readonly control: ControlClient;
  close(): Promise<void>;
}

export async function openStages(): Promise<Stage[]> {
  return Promise.all([openScalekit(), openWorkos()]);
}

async function openScalekit(): Promise<Stage> {
  const appUrl = await freeOrigin();
  const emulator = await startScalekitEmulator({ initiateLoginUrl: `${appUrl}/sso/scalekit/idp-initiated` });
  const app = startApp(
    createScalekit({
      environmentUrl: emulator.url,
      clientId: emulator.clientId,
      clientSecret: emulator.clientSecret,
    }),
    appUrl,
    randomBytes(32).toString('hex'),
  );
  return stageOf('Scalekit', appUrl, emulator, app);
}

async function openWorkos(): Promise<Stage> {
  const appUrl = await freeOrigin();
  const emulator = await startWorkosEmulator();
  const app = startApp(
    createWorkos({ apiKey: emulator.apiKey, clientId: emulator.clientId, baseUrl: emulator.url }),
    appUrl,
    randomBytes(32).toString('hex'),
  );
  return stageOf('WorkOS', appUrl, emulator, app);
}

interface Emulator extends Pick<Stage, 'vendor' | 'control' | 'close'> {
  readonly url: string;
  connections(): { id: string }[];
}

function stageOf(name: string, appUrl: string, emulator: Emulator, app: Server): Stage {
  return {
    vendor: emulator.vendor,
    name,
    appUrl,
    emulatorUrl: emulator.url,
    connectionId: emulator.connections()[0]!.id,
    control: emulator.control,
    async close() {
      app.closeAllConnections();
      app.close();
      await emulator.close();
    },
  };
}

async function freeOrigin(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => void probe.listen(0, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => void probe.close(resolve));
  return `http://localhost:${port}`;
}
