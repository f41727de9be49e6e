import { randomBytes } from 'node:crypto';
import { createObservedTransport, type Harness } from '@org/sso-contract';
import { createAxiosTransport } from '@org/sso-core/http';
import { createProviderIds } from '@org/sso-core/provider';
import { required, type Account, type Environment } from './account.js';
import { createLedger } from './ledger.js';
import { notRun } from './not-run.js';
import { scalekitAccount } from './scalekit.js';
import { workosAccount } from './workos.js';

const accounts: Readonly<Record<string, (environment: Environment) => Account>> = {
  scalekit: scalekitAccount,
  workos: workosAccount,
};

/** A vendor may allow 50 deletions a minute. */
const disposeTimeoutMs = 15 * 60_000;

/** The contract on the account the environment variables name, for `sso-contract --module`. Each line it prints is about one thing it made. */
export function createHarness(): Harness {
  return createLiveHarness(process.env, (line) => process.stderr.write(`${line}\n`));
}

/**
 * Binds an adapter to a real account through what its API key allows. Everything made in the run, by the world or by a case, is removed
 * by `dispose`; nothing else is touched. Throws without `SSO_LIVE_SANDBOX=yes` and for what is missing or wrong.
 */
export function createLiveHarness(environment: Environment, print: (line: string) => void): Harness {
  const account = accounts[required(environment, 'SSO_LIVE')]?.(environment);
  if (!account) throw new Error(`SSO_LIVE must be ${Object.keys(accounts).join(' or ')}`);
  if (environment['SSO_LIVE_SANDBOX'] !== 'yes')
    throw new Error(
      'SSO_LIVE_SANDBOX=yes must say that the account is a sandbox: a run creates and deletes there',
    );

  const run = randomBytes(6).toString('hex');
  const webhookSecrets = ['first', 'second'].map(() => `whsec_${randomBytes(24).toString('base64')}`);
  const vendor = createAxiosTransport();
  const ledger = createLedger({
    transport: vendor,
    creations: account.creations,
    print: (line) => print(`live ${run}: ${line}`),
  });
  const { transport, traffic, faults } = createObservedTransport({
    tokenPath: account.tokenPath,
    transport: ledger.transport,
  });
  const createProvider = (secret: string, secrets: readonly string[] = webhookSecrets) =>
    account.createProvider({ secret, webhookSecrets: secrets, http: { transport, retryDelayMs: 50 } });
  const provider = createProvider(account.secret);
  const ids = createProviderIds(provider.id);
  // What prepares is written down, and neither counted nor spoiled; what cleans up is not even written down.
  const maker = account.createClient({ transport: ledger.transport });
  const cleaner = account.createClient({ transport: vendor });
  print(
    `live ${run}: working at ${new URL(account.url).origin}; organizations of the world carry sso_contract_run=${run}`,
  );

  return {
    name: account.name,
    provider,
    redirectUri: account.redirectUri,
    secrets: [account.secret, ...webhookSecrets],
    traffic,
    faults,
    withSecret: (secret) => createProvider(secret),
    withWebhookSecrets: (secrets) => createProvider(account.secret, secrets),
    emptyPage: (nextCursor) => JSON.stringify(account.emptyPage(nextCursor)),
    world: {
      createOrganization: async (organization) =>
        ids.qualify(await maker.createOrganization(organization, run)),
    },
    notRun,
    dispose: () => ledger.removeAll((removal) => cleaner.remove(removal)),
    disposeTimeoutMs,
  };
}
