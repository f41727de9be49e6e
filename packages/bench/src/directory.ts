import { createSso, type Directory } from '@org/sso-core';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import type { EmulatorFacts, EmulatorTask } from './emulator.js';

/** The directory an emulator generated. */
export async function generatedDirectory(
  vendor: EmulatorTask['vendor'],
  { url, clientId, secret }: EmulatorFacts,
): Promise<Directory> {
  const provider =
    vendor === 'workos'
      ? createWorkos({ apiKey: secret, clientId, baseUrl: url })
      : createScalekit({ environmentUrl: url, clientId, clientSecret: secret });
  const sso = createSso({ provider });
  for await (const { id: organizationId } of sso.organizations.list()) {
    for await (const directory of sso.directories.list({ organizationId })) return directory;
  }
  throw new Error('The emulator has no directory');
}
