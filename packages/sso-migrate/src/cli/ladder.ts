import { createIdentityLedger } from '@org/sso-core/identity';
import { createDirectoryHandOver } from '@org/sso-core/migration';
import { createLadder, type HandOver, type Ladder } from '../ladder/ladder.js';
import type { Session } from './session.js';

export function handOverOf({ store, from, to }: Session): HandOver {
  return createDirectoryHandOver({ store: store.migrations, events: store.events, sources: [from, to] });
}

/** The ladder on a session's store, with all that apps may keep there beside the moves. */
export function ladderOf(session: Session): Ladder {
  const { store, migrator } = session;
  return createLadder({
    store: store.migrations,
    gate: (tenantId, settings) => migrator.gate(tenantId, settings),
    handOver: handOverOf(session),
    // Only links are made with it: nobody is resolved.
    identities: createIdentityLedger({
      store: store.identities,
      tenantOf: () => null,
      verifiedDomainsOf: () => [],
    }),
  });
}
