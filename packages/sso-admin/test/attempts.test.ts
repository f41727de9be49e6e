import { createSsoAdmin } from '@org/sso-admin';
import { createSso, SsoError, type SsoProvider } from '@org/sso-core';
import { createMemoryAuditStore, type AuditStore } from '@org/sso-core/audit';
import { createMemoryProvider } from '@org/sso-core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { by } from './support/actors.js';

/** What becomes of an attempt to delete. */
const fates = [
  'answered',
  'refused',
  /** The vendor did it, and its answer is lost. */
  'lost',
  /** The process ends before the vendor hears of it, or after it did it. */
  'dies before',
  'dies after',
] as const;
type Fate = (typeof fates)[number];

/** Longer than any attempt may take. */
const leaseMs = 60_000;

it('whatever becomes of attempts: each is one event, one deletes, and all that end later have its result', async () => {
  const attempts = fc.array(
    fc.record({ fate: fc.constantFrom(...fates), key: fc.constantFrom('one', 'other') }),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  await fc.assert(
    fc.asyncProperty(attempts, async (plan) => {
      const { provider, world } = createMemoryProvider();
      const { id: organizationId } = world.createOrganization({ name: 'Acme' });
      const { id: connectionId } = world.createConnection({
        organizationId,
        identityProvider: 'okta',
        protocol: 'saml',
      });
      const memory = createMemoryAuditStore();
      const clock = { at: 1_000_000 };
      let asked = 0;
      let deleted = 0;
      let told: string | undefined;

      /** A process of its own for each attempt. */
      async function attempt(fate: Fate, key: string): Promise<string> {
        const state = { dead: false };
        const unavailable = new SsoError({ code: 'unavailable', message: 'The process is gone' });
        const store: AuditStore = {
          ...memory,
          finish: async (...args) => {
            if (state.dead) throw unavailable;
            return memory.finish(...args);
          },
          record: async (...args) => {
            if (state.dead) throw unavailable;
            return memory.record(...args);
          },
        };
        const faulty: SsoProvider = {
          ...provider,
          connectionAdmin: {
            ...provider.connectionAdmin,
            async delete(ref, context) {
              asked += 1;
              if (fate === 'dies before') state.dead = true;
              if (state.dead) throw unavailable;
              if (fate === 'refused') throw new SsoError({ code: 'permission_denied', message: 'No' });
              await provider.connectionAdmin.delete(ref, context);
              deleted += 1;
              if (fate === 'dies after') state.dead = true;
              if (fate !== 'answered') throw unavailable;
            },
          },
        };
        const admin = createSsoAdmin({
          sso: createSso({ provider: faulty }),
          store,
          now: () => (clock.at += 1),
        });
        return JSON.stringify(
          await admin.deleteConnection(
            { organizationId, connectionId, idempotencyKey: key },
            by(organizationId),
          ),
        );
      }

      let events = 0;
      for (const { fate, key } of plan) {
        const before = asked;
        const result = await attempt(fate, key).catch(() => undefined);
        // What succeeded ends all attempts before it, whatever their keys.
        const isRepetition = result !== undefined && told !== undefined;
        if (isRepetition) expect(result).toBe(told);
        // Whoever asked the vendor is told of, and who found nothing to ask it; a repetition is nothing new.
        if (asked > before || !isRepetition) events += 1;
        told ??= result;
        clock.at += leaseMs;
      }
      const admin = createSsoAdmin({ sso: createSso({ provider }), store: memory, now: () => clock.at });
      await admin.trail.process();
      const { entries } = await memory.list({ organizationId, limit: 100 });
      const outcomes = entries.map(({ event }) => String(event.metadata!['outcome']));
      const of = (outcome: string) => outcomes.filter((each) => each === outcome).length;
      const isGone = world.connections().length === 0;

      expect(deleted).toBeLessThanOrEqual(1);
      expect(isGone).toBe(deleted === 1);
      // The first success ends it: nobody is told twice that the connection was deleted.
      expect(of('success')).toBe(told === undefined ? 0 : 1);
      if (told !== undefined) expect(isGone).toBe(true);
      expect(outcomes).toHaveLength(events);
      const unanswered = plan.filter(({ fate }) => fate !== 'answered' && fate !== 'refused').length;
      expect(of('unknown')).toBeLessThanOrEqual(unanswered);
      expect(outcomes.every((outcome) => /^(success|failure|unknown)$/.test(outcome))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
