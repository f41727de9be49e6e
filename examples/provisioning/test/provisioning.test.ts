import type { ProvisioningApp } from '@org/example-provisioning';
import { freeOrigin } from '@org/example-provisioning/emulated';
import type { Okta } from '@org/example-provisioning/okta';
import type { EventFault } from '@org/sso-emulators';
import { describe, expect, it } from 'vitest';
import { openStage, vendors } from './support.js';

const person = (id: string, firstName: string, lastName: string) => ({
  id,
  email: `${firstName.toLowerCase()}@acme.example`,
  firstName,
  lastName,
});
const dana = person('00u3dana', 'Dana', 'Dorn');
const evan = person('00u4evan', 'Evan', 'Ek');
const finn = person('00u5finn', 'Finn', 'Falk');

/** Who may sign in. */
const staff = ({ users }: ProvisioningApp) =>
  users.list().flatMap(({ name, active, role }) => (active ? `${name}: ${role}` : []));

/** Dana is hired, marries and is promoted, Evan leaves and comes back, Finn leaves. */
async function year(okta: Okta): Promise<void> {
  const platform = await okta.pushGroup('Platform');
  const admins = await okta.pushGroup('Admins');
  const danaId = await okta.assign(dana);
  const evanId = await okta.assign(evan);
  const finnId = await okta.assign(finn);
  await okta.addMember(platform, danaId);
  await okta.addMember(platform, evanId);
  await okta.addMember(admins, finnId);
  await okta.update(danaId, { ...dana, lastName: 'Dorn-Meyer' });
  await okta.removeMember(platform, danaId);
  await okta.addMember(admins, danaId);
  await okta.deactivate(evanId);
  await okta.deactivate(finnId);
  await okta.addMember(admins, await okta.assign(evan));
}

const yearEnd = ['Ada Adams: editor', 'Ben Baker: member', 'Dana Dorn-Meyer: admin', 'Evan Ek: admin'];

const faults: readonly [string, readonly EventFault[]][] = [
  ['arrive in order', []],
  ['come twice', [{ kind: 'duplicate', times: 20 }]],
  ['come in another order', [{ kind: 'reorder', times: 12, seed: 7 }]],
  ['are late', [{ kind: 'delay', times: 4, delayMs: 60_000 }]],
  ['get lost', [{ kind: 'drop', times: 5 }]],
  ['never arrive', [{ kind: 'drop', times: 100 }]],
  [
    'do all of it',
    [
      { kind: 'duplicate', times: 6 },
      { kind: 'drop', times: 3 },
      { kind: 'delay', times: 2, delayMs: 60_000 },
      { kind: 'reorder', times: 9, seed: 3 },
    ],
  ],
];

const unknownEvent = {
  scalekit: { type: 'organization.directory.user_promoted', data: { id: 'diruser_1' } },
  workos: { event: 'dsync.user.promoted', data: { id: 'directory_user_1' } },
};

const emptyEventList = {
  scalekit: { events: [], total_size: 0, next_page_token: '' },
  workos: { object: 'list', data: [], list_metadata: { after: null } },
};

describe.each(vendors)('the users table at %s', (vendor) => {
  it.each(faults)('is right when webhooks %s', async (_, dial) => {
    const { control, okta, provider, start, settled } = await openStage(vendor);
    const app = await start();
    for (const fault of dial) await control.addEventFault(fault);
    await year(okta);
    await control.emitEvent(unknownEvent[vendor]);
    await settled(app);
    await app.inbox.pull(provider.id);
    await settled(app);
    expect(staff(app)).toEqual(yearEnd);
    expect((await app.inbox.list('quarantined')).events).toEqual([]);
  });

  /** Evan is hired; `before` is his account. */
  async function openStageWithEvan() {
    const { okta, start, settled } = await openStage(vendor);
    const app = await start();
    const account = () => app.users.list().find(({ email }) => email === evan.email);
    const hired = await okta.assign(evan);
    await settled(app);
    return { okta, app, settled, account, hired, before: account() };
  }

  it('switches off who leaves, and gives who comes back the same account', async () => {
    const { okta, app, settled, account, hired, before } = await openStageWithEvan();
    expect(before).toMatchObject({ name: 'Evan Ek', active: true, role: 'member' });
    await okta.deactivate(hired);
    await settled(app);
    expect(account()).toEqual({ ...before, active: false });
    await okta.assign(evan);
    await settled(app);
    expect(account()).toEqual(before);
  });

  it('knows who is hired anew after a deletion, under another id', async () => {
    const { okta, app, settled, account, hired, before } = await openStageWithEvan();
    await okta.remove(hired);
    await settled(app);
    expect(account()).toEqual({ ...before, active: false });
    expect(await okta.assign(evan)).not.toBe(hired);
    await settled(app);
    expect(account()).toEqual(before);
  });

  it('keeps who is hired anew when the deletion from before comes late', async () => {
    const { control, okta, start, settled } = await openStage(vendor);
    const app = await start();
    const hired = await okta.assign(evan);
    await settled(app);
    await control.addEventFault({ kind: 'delay', delayMs: 60_000 });
    await okta.remove(hired);
    await okta.assign(evan);
    await expect.poll(async () => (await control.webhookDeliveries()).at(-1)!.state).toBe('succeeded');
    await settled(app);
    expect(staff(app)).toContain('Evan Ek: member');
  });

  it('catches up with what happened while the app was down', async () => {
    const { okta, start, settled } = await openStage(vendor);
    await (await start()).close();
    await year(okta);
    const app = await start();
    await settled(app);
    expect(staff(app)).toEqual(yearEnd);
  });

  it('is right when the vendor has forgotten the events', async () => {
    const { control, okta, start, settled } = await openStage(vendor);
    const app = await start();
    await okta.assign(finn);
    await settled(app);
    expect(staff(app)).toContain('Finn Falk: member');
    await app.close();
    await control.addEventFault({ kind: 'drop', times: 100 });
    await year(okta);
    await control.addFault({
      match: { path: 'events$' },
      times: 1000,
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify(emptyEventList[vendor]),
    });
    const later = await start();
    await settled(later);
    expect(staff(later)).toEqual(yearEnd);
  });

  it.runIf(vendor === 'workos')('starts again after longer than the vendor keeps events', async () => {
    const { control, okta, provider, start, settled } = await openStage(vendor);
    const app = await start();
    const source = { provider: provider.id, environment: provider.environment };
    const expected = await app.store.events.checkpoint(source);
    const cursor = '2020-01-01T00:00:00.000Z';
    expect(await app.store.events.advance(source, { expected, cursor, events: [], now: Date.now() })).toBe(
      true,
    );
    await app.close();
    await control.addEventFault({ kind: 'drop', times: 100 });
    await year(okta);
    const later = await start();
    await settled(later);
    expect(staff(later)).toEqual(yearEnd);
  });

  it('refuses webhooks that somebody else signed', async () => {
    const { control, okta, origin, start } = await openStage(vendor);
    await start();
    await control.addEventFault({ kind: 'bad_signature', times: 5 });
    await okta.assign(dana);
    await control.flushWebhooks();
    const [delivery] = await control.webhookDeliveries();
    expect(delivery!.attempts.map(({ status }) => status)).toContain(401);
    expect(delivery!.state).toBe('waiting');
    const forged = await fetch(`${origin}/webhooks/${vendor}`, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(401);
  });
});

it('the app gets a port that no outgoing connection takes meanwhile', async () => {
  const ports = await Promise.all(
    Array.from({ length: 20 }, async () => Number(new URL(await freeOrigin()).port)),
  );
  expect(Math.max(...ports)).toBeLessThan(32_768);
});
