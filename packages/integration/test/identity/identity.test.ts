import { createSso, requireFacet, type OrganizationId } from '@org/sso-core';
import { createEventInbox, createMemoryEventStore } from '@org/sso-core/events';
import { createIdentityLedger, type IdentityLedger, type IdentityOutcome } from '@org/sso-core/identity';
import type { SsoProvider } from '@org/sso-core/provider';
import { createScalekit } from '@org/sso-scalekit';
import { createSqliteStore, type SsoStore } from '@org/sso-store';
import { createWorkos } from '@org/sso-workos';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useApp, vendorNames, type VendorName } from '../support/app.js';

const app = useApp();
const tenantId = 'tenant_acme';
const operator = { tenantId, actor: 'ops@app.example' };

/** Each vendor with its events, as the app's inbox has it. */
let providers: Record<VendorName, SsoProvider>;
let store: SsoStore;
let ledger: IdentityLedger;

beforeEach(async () => {
  const [scalekit, workos] = [app.at('scalekit').emulator, app.at('workos').emulator];
  if (scalekit.vendor !== 'scalekit' || workos.vendor !== 'workos')
    throw new Error('The vendors are mixed up');
  providers = {
    scalekit: createScalekit({
      environmentUrl: scalekit.url,
      clientId: scalekit.clientId,
      clientSecret: scalekit.clientSecret,
    }),
    workos: createWorkos({
      baseUrl: workos.url,
      clientId: workos.clientId,
      apiKey: workos.apiKey,
      events: { inactiveUsers: 'deleted' },
    }),
  };
  const clientOf = (organization: OrganizationId) =>
    createSso({ provider: providers[organization.split(':')[0] as VendorName] });
  store = createSqliteStore({ path: ':memory:' });
  await store.migrate();
  ledger = createIdentityLedger({
    store: store.identities,
    tenantOf: async (organization) =>
      (await requireFacet(clientOf(organization), 'organizations').get(organization)).externalId,
    async verifiedDomainsOf({ organizationId }) {
      const verified: string[] = [];
      const domains = requireFacet(clientOf(organizationId), 'domains');
      for await (const { domain, status } of domains.list({ organizationId }))
        if (status === 'verified') verified.push(domain);
      return verified;
    },
  });
});

afterEach(() => store.close());

/** Signs Ada in through the app, over HTTP. */
async function signIn(name: VendorName, email = 'ada@acme.example'): Promise<IdentityOutcome> {
  const browser = app.browser();
  const { callback } = await app.at(name).login(browser, undefined, email);
  await browser.open(callback);
  return ledger.resolveUser(app.results.at(-1)!);
}

/** An inbox that hands the ledger what a vendor tells from now on. */
function createInbox(name: VendorName) {
  const inbox = createEventInbox({
    store: createMemoryEventStore(),
    providers: [providers[name]],
    pullSince: new Date(Date.now() - 1000).toISOString(),
  });
  const outcomes: IdentityOutcome[] = [];
  inbox.on('connection.deleted', (event) => ledger.connectionDeleted(event));
  for (const type of ['directory.user.created', 'directory.user.updated', 'directory.user.deleted'] as const)
    inbox.on(type, async (event) => void outcomes.push(await ledger.resolveDirectoryUser(event)));
  return {
    /** Answers what the ledger made of it. */
    async hear(): Promise<readonly IdentityOutcome[]> {
      outcomes.length = 0;
      await inbox.pull(name);
      await inbox.process();
      return [...outcomes];
    },
  };
}

const idOf = (name: VendorName, wanted: string) => app.at(name).connection(wanted);
const strip = (id: string) => id.slice(id.indexOf(':') + 1);
const userOf = (outcome: IdentityOutcome) => ('userId' in outcome ? outcome.userId : null);

test('somebody who signs in at WorkOS, again after the connection was recreated, and then at Scalekit is one user', async () => {
  const created = await signIn('workos');
  expect(created).toMatchObject({ status: 'created', tenantId });
  expect(await signIn('workos')).toMatchObject({ status: 'known', userId: userOf(created) });
  const [first] = app.results;

  const { control, organization } = app.at('workos');
  const inbox = createInbox('workos');
  const old = idOf('workos', 'Acme Okta');
  const ref = { organizationId: organization('Acme Corp'), connectionId: old };
  await requireFacet(createSso({ provider: providers.workos }), 'connectionAdmin').delete(ref);
  await inbox.hear();
  expect(await ledger.sources(tenantId)).toMatchObject([{ id: old, deletedOrder: expect.any(String) }]);
  const users = [{ id: '00u1ada', email: 'ada@acme.example' }];
  await control.createConnection({
    organizationId: strip(ref.organizationId),
    name: 'Acme Okta again',
    protocol: 'saml',
    identityProvider: 'okta',
    users,
  });
  expect(await signIn('workos')).toMatchObject({
    status: 'linked',
    userId: userOf(created),
    evidence: 'verified_email',
  });
  // The vendor sees another profile; the ledger does not look at it.
  const again = app.results.at(-1)!;
  expect(again.profile.vendorId).not.toBe(first!.profile.vendorId);
  expect(again.idpId).toBe(first!.idpId);

  const next = idOf('scalekit', 'Acme Okta');
  await ledger.linkConnection({ ...operator, connectionId: next, to: again.connectionId! });
  expect(await signIn('scalekit')).toMatchObject({
    status: 'linked',
    userId: userOf(created),
    evidence: 'subject',
  });
  expect(app.results.at(-1)!.idpId).toBe(first!.idpId);
  expect(await ledger.identities({ tenantId, userId: userOf(created)! })).toHaveLength(3);
  const ben = await signIn('scalekit', 'ben@acme.example');
  expect(ben).toMatchObject({ status: 'created' });
  expect(userOf(ben)).not.toBe(userOf(created));
});

describe.each(vendorNames)('people of a directory at %s', (name) => {
  test('are the people who sign in, here and at the other vendor, until the directory deletes them', async () => {
    const other = vendorNames.find((vendor) => vendor !== name)!;
    const { control, emulator } = app.at(name);
    const directory = emulator.directories().find(({ name: of }) => of === 'Acme Okta Directory')!;
    const inbox = createInbox(name);
    // Somebody the seed has is changed, and so told of for the first time.
    const { items } = await providers[name].directories!.listUsersPage(
      {
        organizationId: app.at(name).organization('Acme Corp'),
        directoryId: `${name}:${directory.id}` as never,
      },
      { cursor: null },
      { operation: 'test' },
    );
    const ada = items.find(({ email }) => email === 'ada@acme.example')!;
    await control.updateDirectoryUser(directory.id, ada.vendorId, { title: 'Head of engineering' });
    const [hired] = await inbox.hear();
    expect(hired).toMatchObject({ status: 'created', tenantId });
    expect(await signIn(name)).toMatchObject({
      status: 'linked',
      userId: userOf(hired!),
      evidence: 'external_id',
    });
    expect(await signIn(other)).toMatchObject({
      status: 'linked',
      userId: userOf(hired!),
      evidence: 'external_id',
    });

    await control.deleteDirectoryUser(directory.id, ada.vendorId);
    const refused = { status: 'refused', reason: 'deprovisioned', userId: userOf(hired!) };
    expect(await inbox.hear()).toMatchObject([refused]);
    expect(await signIn(name)).toMatchObject(refused);
    expect(await signIn(other)).toMatchObject(refused);
  });
});
