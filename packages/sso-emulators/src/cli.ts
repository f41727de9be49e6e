#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  defaultSeed,
  InvalidInputError,
  readSeedFile,
  type ScalekitEmulator,
  startScalekitEmulator,
  startWorkosEmulator,
  type WorkosEmulator,
} from './index.js';

interface CliOptions {
  readonly vendor: 'scalekit' | 'workos';
  readonly port: number;
  readonly host: string;
  readonly seed?: string;
  readonly clock: string;
  readonly grpc?: boolean;
  readonly json?: boolean;
}

const program = new Command('sso-emulators')
  .description('Serves a local Scalekit or WorkOS on loopback until it is stopped.')
  .addOption(
    new Option('--vendor <name>', 'which vendor to emulate')
      .choices(['scalekit', 'workos'])
      .makeOptionMandatory(),
  )
  .option('--port <number>', 'port to listen on, 0 for a free one', parsePort, 0)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--seed <file>', 'JSON file with organizations, connections and directories')
  .option('--clock <instant>', 'ISO 8601 instant at which time stands still', 'real')
  .option('--grpc', 'Scalekit: serve gRPC on the same port; needs the package @scalekit-sdk/node')
  .option('--json', 'print one JSON line when ready')
  .action(async (options: CliOptions) => {
    try {
      await serve(options);
    } catch (error) {
      process.stderr.write(`sso-emulators: ${reason(error, options)}\n`);
      process.exitCode = 1;
    }
  });

async function serve({
  vendor,
  port,
  host,
  seed: file,
  clock,
  grpc = false,
  json,
}: CliOptions): Promise<void> {
  if (grpc && vendor !== 'scalekit') throw new Error('--grpc is for scalekit: WorkOS has no gRPC');
  const seed = file === undefined ? defaultSeed : await readSeedFile(file);
  const options = { port, host, seed, clock };
  const emulator =
    vendor === 'scalekit'
      ? await startScalekitEmulator({ ...options, grpc })
      : await startWorkosEmulator(options);
  const stop = (): void => {
    void emulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.stdout.write(json ? `${JSON.stringify(facts(emulator))}\n` : readable(emulator));
}

function facts(emulator: ScalekitEmulator | WorkosEmulator) {
  const { vendor, url, clientId, controlUrl: control } = emulator;
  return {
    vendor,
    url,
    clientId,
    ...('apiKey' in emulator ? { apiKey: emulator.apiKey } : { clientSecret: emulator.clientSecret }),
    organizations: emulator.organizations(),
    connections: emulator.connections(),
    directories: emulator.directories(),
    control,
    pid: process.pid,
  };
}

function readable(emulator: ScalekitEmulator | WorkosEmulator): string {
  const secret = 'apiKey' in emulator ? `apiKey ${emulator.apiKey}` : `clientSecret ${emulator.clientSecret}`;
  const shown = 20;
  const organizations = emulator.organizations();
  const lines = [
    `${emulator.vendor} emulator at ${emulator.url}`,
    `  clientId ${emulator.clientId}`,
    `  ${secret}`,
    `  control ${emulator.controlUrl}`,
    ...organizations
      .slice(0, shown)
      .map(
        ({ id, name, externalId, domains }) =>
          `  organization ${id} ${name} (${[externalId, ...domains].filter(Boolean).join(', ')})`,
      ),
    ...(organizations.length > shown ? [`  and ${organizations.length - shown} more organizations`] : []),
    ...emulator
      .connections()
      .slice(0, shown)
      .map(
        ({ id, organizationId, name, status }) =>
          `  connection ${id} ${name} of ${organizationId} (${status})`,
      ),
    ...emulator
      .directories()
      .slice(0, shown)
      .map(
        ({ id, organizationId, name, status }) =>
          `  directory ${id} ${name} of ${organizationId} (${status})`,
      ),
    'Stop with Ctrl-C.',
  ];
  return `${lines.join('\n')}\n`;
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
}

function reason(error: unknown, { host, port, seed }: CliOptions): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') return `port ${port} on ${host} is already in use`;
  if (error instanceof InvalidInputError && seed !== undefined && !error.message.startsWith(seed)) {
    return `${seed}: ${error.message}`;
  }
  return error.message;
}

await program.parseAsync();
