import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeOrigin } from '@org/example-provisioning/emulated';
import { createOkta } from '@org/example-provisioning/okta';
import { createDirectoryHandOver } from '@org/sso-core/migration';
import { startScalekitEmulator, startWorkosEmulator } from '@org/sso-emulators';
import { buildReport, createLadder, createMigrator, renderReport } from '@org/sso-migrate';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { startApp } from './app.js';
import { acme, customers, globex, initech, organizationOf, type Customer, type Person } from './customers.js';
import { both, setUpAtScalekit } from './it-admin.js';
import { createBrowsers, type PendingLogin } from './sign-in.js';
import type { Account } from './users-table.js';

export interface Moved {
  readonly organizations: number;
  readonly usersBefore: number;
  readonly usersAfter: number;
  /** Rows too many: one person, two rows. */
  readonly duplicates: number;
  /** People of before who are gone, or are somebody else now. */
  readonly lost: number;
  readonly rolledBack: number;
  /** Logins while it happened. */
  readonly logins: number;
  /** The page `sso-migrate report` writes. */
  readonly report: string;
}

const actor = 'operations';

/** Three customers move from WorkOS to Scalekit while people sign in and directories change. `report` is written there when given. */
export async function playMove(
  tell: (line: string) => void,
  { report: reportFile }: { readonly report?: string } = {},
): Promise<Moved> {
  const folder = await mkdtemp(join(tmpdir(), 'sso-move-'));
  const origin = await freeOrigin();
  const [workosEmulator, scalekitEmulator] = await Promise.all([
    startWorkosEmulator({ seed: { organizations: customers.map(organizationOf) } }),
    startScalekitEmulator({ seed: { organizations: [] } }),
  ]);
  const emulators = [workosEmulator, scalekitEmulator];
  const [atWorkos, atScalekit] = await Promise.all(
    emulators.map(({ vendor, control }) =>
      control.createWebhookEndpoint({ url: `${origin}/webhooks/${vendor}` }),
    ),
  );
  const workos = createWorkos({
    apiKey: workosEmulator.apiKey,
    clientId: workosEmulator.clientId,
    baseUrl: workosEmulator.url,
    events: { inactiveUsers: 'deleted' },
    webhooks: { secrets: [atWorkos!.secret] },
  });
  const scalekit = createScalekit({
    environmentUrl: scalekitEmulator.url,
    clientId: scalekitEmulator.clientId,
    clientSecret: scalekitEmulator.clientSecret,
    webhooks: { secrets: [atScalekit!.secret] },
  });
  const app = await startApp({
    workos,
    scalekit,
    origin,
    folder,
    secret: 'a secret of 32 characters or more',
  });
  const browsers = createBrowsers(origin, emulators);

  const migrator = createMigrator({
    from: workos,
    to: scalekit,
    store: app.store.migrations,
    testLogin: { redirectUri: `${origin}/sso/scalekit/callback` },
  });
  const ladder = createLadder({
    store: app.store.migrations,
    gate: (tenantId, settings) => migrator.gate(tenantId, settings),
    identities: app.ledger,
    handOver: createDirectoryHandOver({
      store: app.store.migrations,
      events: app.store.events,
      sources: [workos, scalekit],
    }),
  });

  /** Until every event that happened was handled. */
  async function settle(): Promise<void> {
    await Promise.all(emulators.map(({ control }) => control.flushWebhooks()));
    while ((await app.store.events.nextDueAt()) !== null) await sleep(5);
  }
  async function signIn({ email }: Person): Promise<PendingLogin['vendor']> {
    const login = await browsers.begin(email);
    expectFact((await login.finish()) === 303, `${email} gets in`);
    return login.vendor;
  }

  try {
    await settle();
    for (const { people } of customers) for (const person of people) await signIn(person);
    const before = app.users.list();
    tell(`${before.length} people of three customers sign in at WorkOS: ${namesOf(before)}.`);

    const traffic = keepSigningIn(signIn);
    const plan = await migrator.plan();
    await migrator.apply(plan, { actor });
    tell(
      `The plan: ${plan.counts.actions} changes at Scalekit, ${plan.counts.customerTasks} tasks for the customers' IT admins. Applied: ${scalekitEmulator.organizations().length} organizations with the app's own tenant ids.`,
    );

    const pushes = new Map<Customer, ReturnType<typeof both>>();
    for (const customer of customers) {
      const closed = await migrator.gate(customer.tenant);
      expectFact(!closed.open, `${customer.name} may not move before its IT admin is done`);
      const old = workosEmulator.directories().find(({ name }) => name === `${customer.name} people`);
      const next = await setUpAtScalekit(scalekitEmulator, customer);
      if (old && next)
        pushes.set(customer, both(createOkta(await workosEmulator.control.scimEndpoint(old.id)), next));
    }
    tell('Their IT admins set single sign-on and people up at Scalekit, beside what they have at WorkOS.');

    await ladder.advance(acme.tenant, {
      actor,
      to: 'canary',
      canary: { percent: 0, users: [acme.people[0]!.email] },
    });
    expectFact((await signIn(acme.people[0]!)) === 'scalekit', 'Ada signs in at Scalekit');
    expectFact((await signIn(acme.people[1]!)) === 'workos', 'Ben signs in at WorkOS');
    tell('Acme is verified and goes up to canary: Ada signs in at Scalekit, everybody else at WorkOS.');

    const dieter: Person = {
      id: '00u1dieter',
      email: 'dieter@acme.example',
      firstName: 'Dieter',
      lastName: 'Dorn',
    };
    await pushes.get(acme)!.assign(dieter);
    await settle();
    expectFact(
      rowsOf(app.users.list(), dieter).length === 1,
      'Dieter, whom both vendors tell of, has one row',
    );
    tell('Acme hires Dieter. Both vendors tell of him: one row.');

    await ladder.advance(acme.tenant, { actor, to: 'primary' });
    await settle();
    for (const person of acme.people)
      expectFact((await signIn(person)) === 'scalekit', `${person.firstName} signs in at Scalekit`);
    tell('Acme goes on to primary: everybody signs in at Scalekit, as who they were.');

    await ladder.advance(globex.tenant, { actor, to: 'primary' });
    const [dana, emil] = globex.people as [Person, Person];
    const underWay = await browsers.begin(dana.email);
    await ladder.rollback(globex.tenant, { actor, to: 'shadow', reason: 'Their help desk is not ready' });
    await settle();
    expectFact(
      underWay.vendor === 'scalekit' && (await underWay.finish()) === 303,
      'a login under way finishes',
    );
    expectFact((await signIn(emil)) === 'workos', 'Emil signs in at WorkOS again');
    tell(
      "Globex goes up to primary and is rolled back: Dana's login, under way at Scalekit, finishes there; the next one goes to WorkOS.",
    );
    const emilMarried = { ...emil, lastName: 'Engel-Dorn' };
    await pushes.get(globex)!.assign(emilMarried);
    await settle();
    await ladder.advance(globex.tenant, { actor, to: 'primary' });
    await settle();
    expectFact((await signIn(emil)) === 'scalekit', 'Emil signs in at Scalekit');
    expectFact(
      rowsOf(app.users.list(), emil)[0]?.name === 'Emil Engel-Dorn',
      'Emil has the name he took meanwhile',
    );
    tell('It moves again the next day. Emil, who married in between, is still Emil.');

    await pushes.get(acme)!.deactivate(dieter);
    await settle();
    expectFact(rowsOf(app.users.list(), dieter)[0]?.active === false, 'Dieter has no access');
    tell('Dieter leaves Acme: his access is gone, whichever vendor says it first.');

    await ladder.advance(initech.tenant, { actor, to: 'primary' });
    for (const { tenant } of customers) await ladder.advance(tenant, { actor, to: 'committed' });
    const logins = await traffic.end();
    for (const { people } of customers) for (const person of people) await signIn(person);
    await settle();

    const after = app.users.list();
    const lost = before.filter(
      ({ id, email }) => !after.some((row) => row.id === id && row.email === email && row.active),
    ).length;
    const duplicates = after.length - new Set(after.map(({ tenant, email }) => `${tenant} ${email}`)).size;
    expectFact(lost === 0, 'nobody is lost');
    expectFact(duplicates === 0, 'nobody is there twice');
    const written = await buildReport({ store: app.store.migrations, plan: await migrator.plan() });
    const report = renderReport(written);
    if (reportFile !== undefined) await writeFile(reportFile, report);
    expectFact(written.counts.stages.committed === customers.length, 'all customers are committed');
    tell(
      `All three are committed. ${before.length} people before, ${after.length} now: everybody is still who they were, through ${logins} logins meanwhile.`,
    );
    return {
      organizations: customers.length,
      usersBefore: before.length,
      usersAfter: after.length,
      duplicates,
      lost,
      rolledBack: written.counts.rolledBack,
      logins,
      report,
    };
  } finally {
    await app.close();
    await Promise.all(emulators.map((emulator) => emulator.close()));
    await rm(folder, { recursive: true });
  }
}

/** Somebody is always signing in. */
function keepSigningIn(signIn: (person: Person) => Promise<unknown>): { end(): Promise<number> } {
  const everybody = customers.flatMap(({ people }) => people);
  const ending = new AbortController();
  let count = 0;
  const running = (async () => {
    while (!ending.signal.aborted) {
      await signIn(everybody[count % everybody.length]!);
      count += 1;
      await sleep(20);
    }
  })();
  // Told by end(), or by nobody when the move itself has failed.
  running.catch(() => undefined);
  return {
    async end() {
      ending.abort();
      await running;
      return count;
    },
  };
}

function rowsOf(rows: readonly Account[], { email }: Person): readonly Account[] {
  return rows.filter((row) => row.email === email);
}

function namesOf(rows: readonly Account[]): string {
  return rows.map(({ name, email }) => name ?? email).join(', ');
}

function expectFact(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The move went wrong: it is not true that ${what}`);
}
