import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from 'commander';
import { playMove } from '@org/example-migrate-workos-to-scalekit/move';
import { startApp } from '@org/example-quickstart';
import { providerFromEnvironment } from '@org/example-quickstart/provider-from-environment';
import { openProvisioning, type Provisioned } from './provisioning.js';
import { signIn, type SignedIn } from './sign-in.js';
import { openStages } from './stage.js';

program
  .name('npm run demo --')
  .description(
    'Signs a person in and provisions people at Scalekit and at WorkOS, and moves customers from one to the other, on local emulators.\n' +
      'With SSO_PROVIDER=scalekit or workos and the account settings of that vendor, serves the app on the real account instead.',
  )
  .option('--json', 'print one JSON line at the end, and exit')
  .action(async ({ json = false }: { json?: boolean }) => {
    if (process.env['SSO_PROVIDER']) serveRealAccount();
    else await showBothVendors(json);
  });

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

function serveRealAccount(): void {
  const origin = process.env['ORIGIN'] ?? 'http://localhost:3000';
  const provider = providerFromEnvironment(process.env);
  startApp(provider, origin, randomBytes(32).toString('hex'));
  console.log(`The app runs on your ${provider.id} account: ${origin}`);
  console.log(`Register at ${provider.id}:  redirect URI ${origin}/sso/${provider.id}/callback`);
}

async function showBothVendors(json: boolean): Promise<void> {
  const say = json ? () => {} : console.log;
  say('Two apps, two vendors. Everything below is real HTTP on this machine; no account is used.');
  const stages = await openStages();

  say('\nFirst act: a person signs in.');
  const providers: SignedIn[] = [];
  for (const stage of stages) {
    say(`\n${stage.name} (emulator at ${stage.emulator.url})`);
    providers.push(await signIn(stage, numbered(say)));
  }
  say(`\nThe same application code ran both times: examples/quickstart/src/app.ts`);

  say("\nSecond act: Acme's Okta tells who comes, changes and goes; the app's own users table follows,");
  say('though webhooks come twice, late, in the wrong order or not at all.');
  const offices = await Promise.all(stages.map(openProvisioning));
  const provisioning: Provisioned[] = [];
  for (const [index, office] of offices.entries()) {
    say(`\n${stages[index]!.name}`);
    provisioning.push(await office.play(numbered(say)));
  }
  say(`\nThe same application code ran both times: examples/provisioning/src/app.ts`);

  say(
    '\nThird act: three customers move from WorkOS to Scalekit, one at a time, while people sign in and come and go.\n',
  );
  const reportFile = json ? undefined : join(tmpdir(), 'sso-migration-report.html');
  const { report: _, ...migration } = await playMove(numbered(say), reportFile ? { report: reportFile } : {});
  say(
    `\nThe application: examples/migrate-workos-to-scalekit/src/app.ts. Every step and check, as a page: ${reportFile}`,
  );

  if (json) console.log(JSON.stringify({ ok: true, providers, provisioning, migration }));
  const closeAll = () => Promise.all([...stages, ...offices].map((stage) => stage.close()));
  if (json || !process.stdout.isTTY) {
    await closeAll();
    return;
  }
  process.once('SIGINT', () => void closeAll());
  say('\nClick through it yourself (Ctrl-C ends):');
  for (const { name, appUrl } of stages)
    say(
      `  ${name.padEnd(9)} ${appUrl}   sign in as ada@acme.example or cara@globex.example, then look at ${appUrl}/settings/sso`,
    );
  say('\nOr hire somebody, and look at the users table:');
  for (const [index, { usersUrl, scim }] of offices.entries()) {
    say(`  ${stages[index]!.name.padEnd(9)} ${usersUrl}`);
    say(`  curl ${scim.url}/Users -H 'Authorization: Bearer ${scim.token}' \\`);
    say(
      `    -d '{"userName":"eve@acme.example","displayName":"Eve Ek","emails":[{"value":"eve@acme.example"}]}'`,
    );
  }
}

function numbered(say: (line: string) => void): (line: string) => void {
  let step = 0;
  return (line) => say(`  ${++step}. ${line}`);
}
