import type { Server } from 'node:http';
import { randomBytes } from 'node:crypto';
import { freeOrigin } from '@org/example-provisioning/emulated';
import { startApp } from '@org/example-quickstart';
import {
  startScalekitEmulator,
  startWorkosEmulator,
  type ControlClient,
  type ScalekitEmulator,
  type WorkosEmulator,
} from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';

/** One vendor's emulator and the quickstart app in front of it. */
export interface Stage {
  readonly vendor: 'scalekit' | 'workos';
  readonly name: string;
  readonly appUrl: string;
  readonly emulator: ScalekitEmulator | WorkosEmulator;
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

function stageOf(
  name: string,
  appUrl: string,
  emulator: ScalekitEmulator | WorkosEmulator,
  app: Server,
): Stage {
  return {
    vendor: emulator.vendor,
    name,
    appUrl,
    emulator,
    connectionId: emulator.connections()[0]!.id,
    control: emulator.control,
    async close() {
      app.closeAllConnections();
      app.close();
      await emulator.close();
    },
  };
}
