import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProvisioning, type ProvisioningApp } from '@org/example-provisioning';
import { connectEmulator, freeOrigin } from '@org/example-provisioning/emulated';
import { createOkta } from '@org/example-provisioning/okta';
import { startScalekitEmulator, startWorkosEmulator } from '@org/sso-emulators';
import { onTestFinished } from 'vitest';

export const vendors = ['scalekit', 'workos'] as const;

/** The app on one vendor's emulator, and the Okta of a customer with Ada (in Engineering) and Ben. */
export async function openStage(vendor: (typeof vendors)[number]) {
  const emulator = await (vendor === 'scalekit' ? startScalekitEmulator() : startWorkosEmulator());
  const { control } = emulator;
  const folder = await mkdtemp(join(tmpdir(), 'provisioning-'));
  const origin = await freeOrigin();
  const provider = await connectEmulator(emulator, origin);
  const okta = createOkta(await control.scimEndpoint(emulator.directories()[0]!.id));
  let running: ProvisioningApp | undefined;
  onTestFinished(async () => {
    await running?.close();
    await emulator.close();
    await rm(folder, { recursive: true });
  });

  async function start(): Promise<ProvisioningApp> {
    running = await startProvisioning(provider, origin, folder);
    return running;
  }

  /** When nothing is on its way any more. */
  async function settled({ store }: ProvisioningApp): Promise<void> {
    await control.flushWebhooks();
    while ((await store.events.nextDueAt()) !== null) await sleep(5);
  }

  return { provider, origin, control, okta, start, settled };
}
