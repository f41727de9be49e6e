import { connectionId } from '@org/sso-core';
import { createIdentityLedger, type IdentityOutcome } from '@org/sso-core/identity';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, expect, onTestFinished, test } from 'vitest';
import { directoryEvent, login, operator, tenantId } from '../../sso-core/test/identity/support.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

const acmeOkta = connectionId('workos:conn_acme');
const acmeNext = connectionId('scalekit:conn_acme');
const people = Array.from({ length: 8 }, (_, index) => ({
  idpId: `00u${index}`,
  email: `p${index}@acme.example`,
}));

/** What several processes do at the same time with one database. */
function testConcurrency(openStores: () => Promise<readonly SsoStore[]>): void {
  async function setUp() {
    const stores = await openStores();
    onTestFinished(async () => {
      for (const store of stores) await store.close();
    });
    await stores[0]!.migrate();
    return stores.map(({ identities: store }) =>
      createIdentityLedger({
        store,
        tenantOf: (organizationId) => (organizationId.endsWith('globex') ? 'globex' : tenantId),
        verifiedDomainsOf: () => ['acme.example'],
      }),
    );
  }
  const usersOf = (outcomes: readonly IdentityOutcome[]) =>
    new Set(outcomes.map((outcome) => ('userId' in outcome ? outcome.userId : outcome.status)));

  test('somebody who signs in for the first time many times at once is one person', async () => {
    const ledgers = await setUp();
    for (const person of people.slice(0, 3)) {
      const profile = login({ connection: acmeOkta, ...person });
      const outcomes = await Promise.all(
        [...ledgers, ...ledgers, ...ledgers].map((ledger) => ledger.resolveUser(profile)),
      );
      expect(usersOf(outcomes).size).toBe(1);
      expect(outcomes.filter(({ status }) => status === 'created')).toHaveLength(1);
    }
    expect(await ledgers[0]!.sources(tenantId)).toHaveLength(1);
  });

  test('so is one who comes by two vendors and by their directories at once', async () => {
    const ledgers = await setUp();
    const outcomes = await Promise.all(
      people.map((person, index) =>
        Promise.all([
          ledgers[0]!.resolveUser(login({ connection: acmeOkta, ...person })),
          ledgers[1]!.resolveUser(login({ connection: acmeNext, ...person })),
          ledgers[2]!.resolveDirectoryUser(
            directoryEvent('directory.user.created', { id: `workos:u${index}`, ...person }),
          ),
          ledgers[1]!.resolveDirectoryUser(
            directoryEvent('directory.user.created', { id: `scalekit:u${index}`, ...person }),
          ),
        ]),
      ),
    );
    expect(outcomes.map((same) => usersOf(same).size)).toEqual(people.map(() => 1));
    expect(usersOf(outcomes.flat()).size).toBe(people.length);
    const journal = await ledgers[0]!.history({ tenantId, limit: 1000 });
    expect(journal.map(({ sequence }) => sequence)).toEqual(
      journal.map((_, index) => journal.length - index),
    );
  });

  test('of a login and the end of access the end counts, whichever comes first', async () => {
    const ledgers = await setUp();
    for (const [index, person] of people.entries()) {
      const id = `workos:u${index}`;
      const profile = login({ connection: acmeOkta, ...person });
      await Promise.all([
        ledgers[0]!.resolveUser(profile),
        ledgers[1]!.resolveDirectoryUser(directoryEvent('directory.user.deleted', { id, ...person, at: 2 })),
        ledgers[2]!.resolveDirectoryUser(directoryEvent('directory.user.created', { id, ...person, at: 1 })),
      ]);
      expect(await ledgers[0]!.resolveUser(profile)).toMatchObject({
        status: 'refused',
        reason: 'deprovisioned',
      });
    }
  });

  test('a question gets one answer, and a connection one tenant', async () => {
    const ledgers = await setUp();
    await ledgers[0]!.addUser({ ...operator, userId: 'ada', email: people[0]!.email });
    await ledgers[0]!.resolveUser(login({ connection: acmeOkta, ...people[0]! }));
    const [proposal] = await ledgers[0]!.proposals();
    const { id: proposalId } = proposal!;
    const answers = await Promise.allSettled(
      ledgers.flatMap((ledger) => [
        ledger.confirm({ ...operator, proposalId }),
        ledger.reject({ ...operator, proposalId }),
      ]),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);

    const claims = await Promise.allSettled(
      ledgers.flatMap((ledger) =>
        ['acme', 'globex'].map((name) =>
          ledger.resolveUser(
            login({ connection: acmeNext, organization: `workos:org_${name}`, ...people[1]! }),
          ),
        ),
      ),
    );
    const tenants = claims.map((claim) => (claim.status === 'fulfilled' ? claim.value.tenantId : 'refused'));
    expect(new Set(tenants)).toEqual(new Set([tenants.find((tenant) => tenant !== 'refused'), 'refused']));
  });
}

describe('SQLite', () => {
  testConcurrency(async () => {
    const path = newDatabaseFile();
    return [1, 2, 3].map(() => createSqliteStore({ path }));
  });
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testConcurrency(async () => {
    const connectionString = await postgres!.newDatabase();
    return [1, 2, 3].map(() => createPostgresStore({ connectionString }));
  });
});
