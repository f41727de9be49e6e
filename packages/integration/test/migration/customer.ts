import { createOkta, type Okta, type Person } from '@org/example-provisioning/okta';
import { createSso, organizationId, type ClientFacets } from '@org/sso-core';
import { createEventInbox } from '@org/sso-core/events';
import { createIdentityLedger } from '@org/sso-core/identity';
import { createDirectoryHandOver, createMigrationRelay } from '@org/sso-core/migration';
import { createLadder } from '@org/sso-migrate';
import { createSqliteStore, type SsoStore } from '@org/sso-store';
import { onTestFinished } from 'vitest';
import { newDatabaseFile } from '../../../sso-store/test/sqlite.js';
import { actor, startMove, type VendorName } from '../../../sso-migrate/test/support/vendors.js';

export const tenantId = 'tenant_acme';

export const personOf = (firstName: string, lastName = 'Example'): Person => ({
  id: `00u-${firstName}`,
  email: `${firstName.toLowerCase()}@acme.example`,
  firstName,
  lastName,
});

/** Somebody's identity provider: what happens there is pushed to the vendors it is connected to. */
function createIdentityProvider() {
  let targets: readonly Okta[] = [];
  const each = async (push: (okta: Okta) => Promise<unknown>) => {
    for (const okta of targets) await push(okta);
  };
  return {
    connect(...okta: readonly Okta[]) {
      targets = okta;
    },
    assign: (person: Person) => each((okta) => okta.assign(person)),
    unassign: (person: Person) => each(async (okta) => okta.deactivate(await okta.assign(person))),
    createGroup: (name: string) => each((okta) => okta.pushGroup(name)),
    join: (group: string, person: Person) =>
      each(async (okta) => okta.addMember(await okta.pushGroup(group), await okta.assign(person))),
  };
}

/**
 * Acme, with people and a group at the old vendor, enrolled and connected to the new one beside it; an app that pulls both vendors' events
 * through one inbox; and an operator's ladder.
 */
async function startCustomer(
  direction: { readonly from: VendorName; readonly to: VendorName },
  store: SsoStore,
  names: readonly string[],
) {
  const people = names.map((name) => personOf(name));
  const idp = createIdentityProvider();
  const directory = { name: 'Acme people', identityProvider: 'okta' } as const;
  const connection = { domains: ['acme.example'], identityProvider: 'okta', protocol: 'saml' } as const;
  const { from, to, migrator } = await startMove(
    direction,
    {
      from: {
        organizations: [
          {
            name: 'Acme Corp',
            externalId: tenantId,
            domains: ['acme.example'],
            connections: [{ name: 'Acme Okta', ...connection }],
          },
        ],
      },
    },
    { store: store.migrations },
  );
  const scimTokens: string[] = [];
  const pushTo = async (vendor: typeof from) => {
    const id = await vendor.connectDirectory(vendor.organization('Acme Corp').id, directory);
    const endpoint = await vendor.control.scimEndpoint(id);
    scimTokens.push(endpoint.token);
    return createOkta(endpoint);
  };
  const providers = [from.provider, to.provider];
  const attention: string[] = [];
  const failing = new Set<string>();
  const inbox = createEventInbox({
    store: store.events,
    providers,
    relay: createMigrationRelay({ store: store.migrations }),
    retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
    pullSince: new Date(Date.now() - 60_000).toISOString(),
    onAttention: ({ kind }) => void attention.push(kind),
  });
  const app = createApp(inbox, failing);
  const handOver = createDirectoryHandOver({
    store: store.migrations,
    events: store.events,
    sources: providers,
  });
  const ledger = createIdentityLedger({
    store: store.identities,
    tenantOf: async (organization) =>
      (await store.migrations.findByOrganization(organization))?.tenantId ?? tenantId,
    verifiedDomainsOf: () => ['acme.example'],
  });
  for (const type of ['directory.user.created', 'directory.user.updated', 'directory.user.deleted'] as const)
    inbox.on(type, async (event) => void (await ledger.resolveDirectoryUser(event)));
  const ladder = createLadder({
    store: store.migrations,
    gate: (tenant, settings) => migrator.gate(tenant, settings),
    handOver,
    identities: ledger,
  });

  const old = await pushTo(from);
  idp.connect(old);
  await idp.createGroup('Engineering');
  for (const person of people) await idp.assign(person);
  await idp.join('Engineering', people[0]!);
  await settle();

  async function settle(...which: readonly VendorName[]): Promise<void> {
    for (const { id } of providers)
      if (which.length === 0 || (which as readonly string[]).includes(id)) await inbox.pull(id);
    do await inbox.process();
    while ((await store.events.nextDueAt()) !== null);
  }

  return {
    vendors: [from, to],
    migrator,
    scimTokens,
    idp,
    people,
    old,
    inbox,
    app,
    attention,
    /** People whose handlers throw. */
    failing,
    handOver,
    ladder,
    ledger,
    store,
    settle,
    /** The new directory is connected, and told of everybody. Answers how it is pushed to. */
    async connectNew(): Promise<Okta> {
      await migrator.apply(await migrator.plan(), { actor });
      return setUpNew();
    },
    /** Somebody deletes the customer's organization at the new vendor, and sets up another one by hand. */
    async replaceNew(): Promise<Okta> {
      const { organizationAdmin } = createSso({ provider: to.provider }) as unknown as ClientFacets;
      await organizationAdmin.delete(organizationId(`${to.name}:${to.organization('Acme Corp').id}`));
      await to.control.createOrganization({
        name: 'Acme Corp',
        externalId: tenantId,
        domains: ['acme.example'],
      });
      return setUpNew();
    },
    /** What an identity provider does when the old application is unassigned: from then on it tells the new vendor alone. */
    async leaveOld(next: Okta): Promise<void> {
      idp.connect(old);
      for (const person of people) await idp.unassign(person);
      idp.connect(next);
      await settle();
    },
    advance: (stage: Parameters<typeof ladder.advance>[1]['to']) =>
      ladder.advance(tenantId, { actor, ...(stage && { to: stage }) }),
    rollback: (acceptLosses = false) => ladder.rollback(tenantId, { actor, to: 'shadow', acceptLosses }),
  };

  async function setUpNew(): Promise<Okta> {
    await to.connect(to.organization('Acme Corp').id, { name: 'Acme Okta', ...connection });
    await proveDomains();
    const next = await pushTo(to);
    idp.connect(next);
    await idp.createGroup('Engineering');
    for (const person of people) await idp.assign(person);
    await idp.join('Engineering', people[0]!);
    idp.connect(old, next);
    return next;
  }

  /** At WorkOS only the customer can. */
  async function proveDomains(): Promise<void> {
    if (to.name !== 'workos') return;
    const { url } = await migrator.createPortalLink(tenantId, 'domain_verification');
    const state = (await to.control.state()) as { organizations: { domains: { id: string }[] }[] };
    for (const { id } of state.organizations.flatMap(({ domains }) => domains))
      await fetch(url, { method: 'POST', body: new URLSearchParams({ verify: id }), redirect: 'manual' });
  }
}

/** The same on a new SQLite file at `path`, with an app that has been told of everybody. */
export async function startCustomerInFile(
  direction: { readonly from: VendorName; readonly to: VendorName },
  names: readonly string[],
) {
  const path = newDatabaseFile();
  const store = createSqliteStore({ path });
  onTestFinished(() => store.close());
  await store.migrate();
  const customer = await startCustomer(direction, store, names);
  customer.app.told();
  return { path, ...customer };
}

/** An app that knows people by their id at the identity provider, and groups by name. */
function createApp(inbox: ReturnType<typeof createEventInbox>, failing: ReadonlySet<string>) {
  const people = new Map<string, string>();
  const members = new Set<string>();
  const told: string[] = [];
  type User = { readonly idpId: string | null; readonly name: string | null; readonly status: string };
  const tell = (what: string, { idpId, name }: User) => {
    if (failing.has(idpId!)) throw new Error('The database of the app is down');
    told.push(`${what} ${name}`);
  };
  const keep = (what: string, user: User) => {
    if (people.get(user.idpId!) !== user.name || user.status !== 'active')
      tell(user.status === 'active' ? what : 'left', user);
    if (user.status === 'active') people.set(user.idpId!, user.name!);
    else people.delete(user.idpId!);
  };
  inbox.on('directory.user.created', ({ data }) => keep('hired', data.user));
  inbox.on('directory.user.updated', ({ data }) => keep('changed', data.user));
  inbox.on('directory.user.deleted', ({ data }) => {
    tell('left', data.user);
    people.delete(data.user.idpId!);
  });
  inbox.on('organization.deleted', ({ data: { organization } }) => {
    told.push(`closed ${organization.name}`);
  });
  inbox.on('directory.group.user_added', ({ data: { group, user } }) => {
    members.add(`${group.name} ${user.idpId}`);
  });
  inbox.on('directory.group.user_removed', ({ data: { group, user } }) => {
    members.delete(`${group.name} ${user.idpId}`);
  });
  return {
    /** Names of who has access. */
    people: () => [...people.values()].toSorted(),
    members: () =>
      [...members]
        .map((pair) => pair.split(' 00u-'))
        .filter(([, name]) => people.has(`00u-${name}`))
        .map((pair) => pair.join(' '))
        .toSorted(),
    /** What it was told of people and organizations since this was asked last, apart from what says nothing new. */
    told: () => told.splice(0),
  };
}
