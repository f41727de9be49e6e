import type { OneTimeIds } from '@org/sso-core';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.js';

/** Seconds between removals of expired ids. */
const sweepEvery = 60;

export function createOneTimeIds(database: Kysely<Tables>, now: () => number): OneTimeIds {
  let sweepAt = 0;
  return {
    async consume(id, expiresAt) {
      const seconds = now() / 1000;
      const isSweepDue = seconds >= sweepAt;
      if (isSweepDue) sweepAt = seconds + sweepEvery;
      const inserted = await database.transaction().execute(async (transaction) => {
        if (isSweepDue)
          await transaction.deleteFrom('sso_one_time_id').where('expires_at', '<', seconds).execute();
        return transaction
          .insertInto('sso_one_time_id')
          .values({ id, expires_at: expiresAt })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .execute();
      });
      return inserted.length === 1;
    },
  };
}
