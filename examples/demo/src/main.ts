import { randomBytes } from 'node:crypto';
import { program } from 'commander';
import { startApp } from '@org/example-quickstart';
import { providerFromEnvironment } from '@org/example-quickstart/provider-from-environment';
import { signIn, type SignedIn } from './sign-in.js';
import { openStages } from './stage.js';

program
  .name('npm run demo --')
  .description(
    'Signs a person in through the quickstart app at Scalekit and at WorkOS, on local emulators.\n' +
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
  say('One app, two vendors. Everything below is real HTTP on this machine; no account is used.');
  const stages = await openStages();
  const providers: SignedIn[] = [];
  for (const stage of stages) {
    say(`\n${stage.name} (emulator at ${stage.emulatorUrl})`);
    let step = 0;
    providers.push(await signIn(stage, (line) => say(`  ${++step}. ${line}`)));
  }
  say(`\nThe same application code ran both times: examples/quickstart/src/app.ts`);
  if (json) console.log(JSON.stringify({ ok: true, providers }));
  if (json || !process.stdout.isTTY) {
    await Promise.all(stages.map((stage) => stage.close()));
    return;
  }
  say('\nClick through it yourself (Ctrl-C ends):');
  for (const { name, appUrl } of stages)
    say(`  ${name.padEnd(9)} ${appUrl}   sign in as ada@acme.example or cara@globex.example`);
}
