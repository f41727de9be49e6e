import { createIdentityLedger } from '@org/sso-core/identity';
import { createLadder, type Ladder } from '../ladder/ladder.js';
import type { Session } from './session.js';

/** The ladder on a session's store, with all that apps may keep there beside the moves. */
export function ladderOf({ store, migrator }: Session): Ladder {
  return createLadder({
    store: store.migrations,
    gate: (tenantId, settings) => migrator.gate(tenantId, settings),
    // Only links are made with it: nobody is resolved.
    identities: createIdentityLedger({
      store: store.identities,
      tenantOf: () => null,
      verifiedDomainsOf: () => [],
    }),
  });
}
