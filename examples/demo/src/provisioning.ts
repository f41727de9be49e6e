import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProvisioning, type ProvisioningApp } from '@org/example-provisioning';
import { connectEmulator, freeOrigin } from '@org/example-provisioning/emulated';
import { createOkta } from '@org/example-provisioning/okta';
import type { ControlClient, EventFault } from '@org/sso-emulators';
import { expectFact } from './expect-fact.js';
import type { Stage } from './stage.js';

export interface Provisioned {
  readonly provider: string;
  /** What the vendor had to tell, each event counted once. */
  readonly events: number;
  /** Webhooks that came again. */
  readonly duplicatesIgnored: number;
  readonly usersActive: number;
  readonly ok: true;
}

/** The provisioning app on one vendor's emulator. */
export interface ProvisioningStage {
  readonly usersUrl: string;
  /** Where the customer's identity provider pushes people to. */
  readonly scim: { readonly url: string; readonly token: string };
  /** Dana is hired, marries, moves and leaves, while the vendor's webhooks go wrong in every way. */
  play(tell: (line: string) => void): Promise<Provisioned>;
  close(): Promise<void>;
}

const dana = { id: '00u3dana', email: 'dana@acme.example', firstName: 'Dana', lastName: 'Dorn' };
const married = { ...dana, lastName: 'Dorn-Meyer' };

export async function openProvisioning({ name, emulator, control }: Stage): Promise<ProvisioningStage> {
  const folder = await mkdtemp(join(tmpdir(), 'sso-demo-'));
  const origin = await freeOrigin();
  const provider = await connectEmulator(emulator, origin);
  const app = await startProvisioning(provider, origin, folder);
  const scim = await control.scimEndpoint(emulator.directories()[0]!.id);
  const okta = createOkta(scim);
  const handled: string[] = [];
  app.inbox.on('*', ({ id }) => void handled.push(id));

  async function settle(): Promise<void> {
    await control.flushWebhooks();
    while ((await app.store.events.nextDueAt()) !== null) await sleep(5);
  }
  async function during(fault: EventFault, happens: () => Promise<void>): Promise<void> {
    await control.addEventFault(fault);
    await happens();
    await settle();
    await control.clearEventFaults();
  }
  function expectRow(row: string): void {
    expectFact(staff(app).includes(row), `the users table has ${row}; it has ${staff(app).join(', ')}`);
  }

  return {
    usersUrl: `${origin}/users`,
    scim,
    async play(tell) {
      await settle();
      expectRow('Ada Adams (editor)');
      expectRow('Ben Baker (member)');
      tell(`The app starts and reads Acme's directory: ${staff(app).join(', ')}.`);

      const engineering = await okta.pushGroup('Engineering');
      const admins = await okta.pushGroup('Admins');
      let danaId = '';
      await during({ kind: 'duplicate', times: 2 }, async () => {
        danaId = await okta.assign(dana);
        await okta.addMember(engineering, danaId);
      });
      expectRow('Dana Dorn (editor)');
      tell('Okta hires Dana into Engineering. Every webhook comes twice: one account, editor.');

      await during({ kind: 'drop' }, () => okta.update(danaId, married));
      await app.inbox.pull(provider.id);
      await settle();
      expectRow('Dana Dorn-Meyer (editor)');
      tell(`She marries. The webhook is lost: the next pull of ${name}'s event stream brings her new name.`);

      await during({ kind: 'reorder', times: 2, seed: 7 }, async () => {
        await okta.removeMember(engineering, danaId);
        await okta.addMember(admins, danaId);
      });
      expectRow('Dana Dorn-Meyer (admin)');
      tell('She moves from Engineering to Admins. The webhooks come in the wrong order: admin.');

      await control.emitEvent({ type: 'directory.user.promoted', event: 'directory.user.promoted' });
      await during({ kind: 'delay', delayMs: 60_000 }, async () => {
        await okta.removeMember(admins, danaId);
        await okta.deactivate(danaId);
      });
      const hiring = (await control.webhookDeliveries()).find(({ body }) => body.includes(dana.id))!;
      await control.replayEvent(hiring.eventId);
      await settle();
      expectRow('Dana Dorn-Meyer (no access)');
      tell(
        'She leaves. Then come an older change, her hiring again and an event nobody knows: still no access.',
      );

      expectFact(new Set(handled).size === handled.length, 'every event is handled once');
      expectFact((await app.inbox.list('quarantined')).events.length === 0, 'no event is left over');
      const counts = await countEvents(control);
      tell(
        `The table says: ${staff(app).join(', ')}. ${counts.events} events, ${counts.duplicatesIgnored} repeats ignored.`,
      );
      const usersActive = app.users.list().filter(({ active }) => active).length;
      return { provider: provider.id, ...counts, usersActive, ok: true };
    },
    async close() {
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
}

function staff({ users }: ProvisioningApp): string[] {
  return users.list().map(({ name, active, role }) => `${name} (${active ? role : 'no access'})`);
}

async function countEvents(control: ControlClient) {
  const deliveries = await control.webhookDeliveries();
  const arrived = deliveries.filter(({ state }) => state === 'succeeded').map(({ eventId }) => eventId);
  return {
    events: new Set(deliveries.map(({ eventId }) => eventId)).size,
    duplicatesIgnored: arrived.length - new Set(arrived).size,
  };
}
