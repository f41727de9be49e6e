/** Serves an emulator until its parent is gone. */
import {
  startScalekitEmulator,
  startWorkosEmulator,
  type Seed,
  type WorkosEmulatorOptions,
} from '@org/sso-emulators';

export interface EmulatorTask {
  readonly vendor: 'workos' | 'scalekit';
  readonly organizations?: number;
  /** Of a directory in an organization of its own. */
  readonly directoryUsers?: number;
  /** WorkOS only. */
  readonly options?: Pick<WorkosEmulatorOptions, 'rateLimits'>;
}

/** What a client needs to reach the emulator. */
export interface EmulatorFacts {
  readonly url: string;
  readonly controlUrl: string;
  readonly clientId: string;
  readonly secret: string;
}

function seedOf({ vendor, organizations = 0, directoryUsers = 0 }: EmulatorTask): Seed {
  return {
    organizations: Array.from({ length: organizations }, (_, index) => ({
      name: `Customer ${index}`,
      externalId: `tenant_${index}`,
      // Part of the organization at WorkOS; at Scalekit a resource of its own.
      domains: vendor === 'workos' ? [`customer-${index}.example`] : [],
    })),
    ...(directoryUsers > 0 ? { generate: { directoryUsers } } : {}),
  };
}

async function start(task: EmulatorTask): Promise<EmulatorFacts> {
  const { vendor, options } = task;
  const seed = seedOf(task);
  if (vendor === 'workos') {
    const { url, controlUrl, clientId, apiKey } = await startWorkosEmulator({ ...options, seed });
    return { url, controlUrl, clientId, secret: apiKey };
  }
  const { url, controlUrl, clientId, clientSecret } = await startScalekitEmulator({ seed, grpc: true });
  return { url, controlUrl, clientId, secret: clientSecret };
}

process.once('disconnect', () => process.exit());
process.send!(await start(JSON.parse(process.argv[2]!) as EmulatorTask));
