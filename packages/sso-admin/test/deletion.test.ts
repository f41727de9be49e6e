import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSsoAdmin } from '@org/sso-admin';
import { SsoError, type ConnectionRef } from '@org/sso-core';
import { createMemoryAuditStore, type AuditStore } from '@org/sso-core/audit';
import { createAxiosTransport } from '@org/sso-core/http';
import { createSqliteStore } from '@org/sso-store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { by } from './support/actors.js';
import { useVendor, vendorNames } from './support/vendor.js';

/** Longer than any attempt may take. */
const leaseMs = 60_000;
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const dyingDeletion = fileURLToPath(new URL('processes/dying-deletion.mjs', import.meta.url));

describe.each(vendorNames)('at %s', (name) => {
  const vendor = useVendor(name);

  function setUp({
    store = createMemoryAuditStore(),
    sso = vendor.sso,
    clock = { at: 1_000_000 },
    timeoutMs = 20_000,
  } = {}) {
    const { organizationId, connectionId } = vendor.acme;
    const ref: ConnectionRef = { organizationId, connectionId };
    // Events a moment apart, so that their order can be seen.
    const admin = createSsoAdmin({ sso, store, now: () => (clock.at += 1), timeoutMs });
    return {
      admin,
      clock,
      store,
      ref,
      remove: (idempotencyKey = 'key', target: ConnectionRef = ref) =>
        admin.deleteConnection({ ...target, idempotencyKey }, by(organizationId)),
      outcomes: () => outcomesIn(store),
      deletions: async () => (await vendor.writes()).filter((line) => line.startsWith('DELETE')).length,
    };
  }

  /** Oldest first. */
  async function outcomesIn(store: AuditStore) {
    const { entries } = await store.list({ organizationId: vendor.acme.organizationId, limit: 100 });
    return entries.map(({ event }) => event.metadata!['outcome']).toReversed();
  }

  it('a repeated key gives the first result, and nothing happens again', async () => {
    const { remove, clock, outcomes, deletions } = setUp();
    const first = await remove();
    clock.at += 1_000_000_000;
    expect(await remove()).toEqual(first);
    expect(await deletions()).toBe(1);
    expect(await outcomes()).toEqual(['success']);
  });

  it('twenty at once delete once, and all have the result', async () => {
    const { remove, outcomes, deletions } = setUp();
    const results = await Promise.all(Array.from({ length: 20 }, () => remove()));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(await deletions()).toBe(1);
    expect(await outcomes()).toEqual(['success']);
  });

  it('two at once under different keys: one deletes, the other finds nothing', async () => {
    const { remove, outcomes, deletions } = setUp();
    const results = await Promise.allSettled([remove('one'), remove('other')]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'not_found' },
    });
    expect(await deletions()).toBe(1);
    expect((await outcomes()).toSorted()).toEqual(['failure', 'success']);
  });

  it('a key belongs to its connection', async () => {
    const { remove, ref } = setUp();
    await remove();
    const other = { ...ref, connectionId: vendor.globex.connectionId };
    await expect(remove('key', other)).rejects.toMatchObject({ code: 'conflict', retryable: false });
  });

  it('a refusal of the vendor leaves the connection and the key', async () => {
    const { remove, outcomes, deletions } = setUp();
    await vendor.control.addFault({ match: { method: 'DELETE' }, status: 403, body: '{}' });
    await expect(remove()).rejects.toMatchObject({ code: 'permission_denied' });
    await remove();
    expect(await deletions()).toBe(2);
    expect(await outcomes()).toEqual(['failure', 'success']);
  });

  /** A client whose first deletion happens while its answer never comes. */
  function deafClient() {
    const send = createAxiosTransport();
    let isDeaf = true;
    return vendor.createSso(async (request) => {
      const response = await send(request);
      if (request.method !== 'DELETE' || !isDeaf) return response;
      isDeaf = false;
      throw new SsoError({ code: 'deadline_exceeded', message: 'Too slow' });
    });
  }

  it('a deletion whose answer was lost is told as unknown, and done at the next try', async () => {
    const { remove, outcomes, deletions } = setUp({ sso: deafClient() });
    await expect(remove()).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(await outcomes()).toEqual(['unknown']);
    const result = await remove();
    expect(result).toMatchObject({ name: expect.stringMatching(/okta/i) });
    expect(await remove()).toEqual(result);
    expect(await outcomes()).toEqual(['unknown', 'success']);
    expect(await deletions()).toBe(1);
  });

  it('the same under another key, as from a page opened anew', async () => {
    const { remove, outcomes } = setUp({ sso: deafClient() });
    await expect(remove('one')).rejects.toMatchObject({ code: 'deadline_exceeded' });
    const result = await remove('other');
    expect(await remove('one')).toEqual(result);
    expect(await outcomes()).toEqual(['unknown', 'success']);
    await expect(remove('third')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a store that fails after the vendor deleted: the next try records it', async () => {
    const store = createMemoryAuditStore();
    let failing = true;
    const { remove, clock, outcomes, deletions } = setUp({
      store: {
        ...store,
        finish: async (...args) => {
          if (failing) throw new SsoError({ code: 'unavailable', message: 'The database failed' });
          return store.finish(...args);
        },
      },
      timeoutMs: 300,
    });
    await expect(remove()).rejects.toMatchObject({ code: 'unavailable' });
    failing = false;
    await expect(remove()).rejects.toMatchObject({ code: 'conflict', retryable: true });
    clock.at += leaseMs;
    await remove();
    expect(await deletions()).toBe(1);
    expect(await outcomes()).toEqual(['unknown', 'success']);
  });

  it('a store that is down before: nothing is asked of the vendor', async () => {
    const down = async () => {
      throw new SsoError({ code: 'unavailable', message: 'The database failed' });
    };
    const { remove } = setUp({ store: { ...createMemoryAuditStore(), begin: down } });
    await vendor.control.clearTraffic();
    await expect(remove()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await vendor.control.traffic()).toEqual([]);
  });

  describe.each(['before', 'after'] as const)('a process killed %s the vendor deleted', (dieAt) => {
    async function killed() {
      const folder = mkdtempSync(join(tmpdir(), 'sso-admin-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const path = join(folder, 'store.db');
      const store = createSqliteStore({ path });
      onTestFinished(() => store.close());
      await store.migrate();
      const { organizationId, connectionId } = vendor.acme;
      const { emulator } = vendor;
      const task = {
        vendor: name,
        url: emulator.url,
        clientId: emulator.clientId,
        secret: emulator.vendor === 'scalekit' ? emulator.clientSecret : emulator.apiKey,
        path,
        ref: { organizationId, connectionId, idempotencyKey: 'key' },
        request: by(organizationId),
        dieAt,
        now: 1_000_000,
      };
      const child = spawn(process.execPath, [dyingDeletion], {
        cwd: packageFolder,
        env: { ...process.env, TASK: JSON.stringify(task) },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const signal = await new Promise((resolve) => child.once('exit', (_, ended) => resolve(ended)));
      expect(signal).toBe('SIGKILL');
      return setUp({ store: store.audit, clock: { at: 1_000_000 + leaseMs } });
    }

    it('is completed by the next try', async () => {
      const { remove, outcomes, deletions } = await killed();
      expect(await outcomes()).toEqual([]);
      expect(await remove()).toMatchObject({ name: expect.stringMatching(/okta/i) });
      expect(await outcomes()).toEqual(['unknown', 'success']);
      expect(await deletions()).toBe(1);
    });

    it('is in the trail although nobody tries again', async () => {
      const { admin, outcomes } = await killed();
      await admin.trail.process();
      await admin.trail.process();
      expect(await outcomes()).toEqual(['unknown']);
    });
  });
});
