/** Serves an emulator with many organizations until its parent is gone. */
import { startScalekitEmulator, startWorkosEmulator } from '@org/sso-emulators';

/** What a client needs to reach the emulator. */
export interface EmulatorFacts {
  readonly url: string;
  readonly controlUrl: string;
  readonly clientId: string;
  readonly secret: string;
}

const [vendor, count] = process.argv.slice(2);
const organizations = Array.from({ length: Number(count) }, (_, index) => ({
  name: `Customer ${index}`,
  externalId: `tenant_${index}`,
  // Part of the organization at WorkOS; at Scalekit a resource of its own.
  domains: vendor === 'workos' ? [`customer-${index}.example`] : [],
}));
const options = { seed: { organizations } };

async function start(): Promise<EmulatorFacts> {
  if (vendor === 'workos') {
    const { url, controlUrl, clientId, apiKey } = await startWorkosEmulator(options);
    return { url, controlUrl, clientId, secret: apiKey };
  }
  const { url, controlUrl, clientId, clientSecret } = await startScalekitEmulator({ ...options, grpc: true });
  return { url, controlUrl, clientId, secret: clientSecret };
}

process.once('disconnect', () => process.exit());
process.send!(await start());
