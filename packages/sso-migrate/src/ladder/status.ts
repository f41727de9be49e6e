import {
  isFollowed,
  type DirectoryComparison,
  type Migration,
  type MigrationStore,
} from '@org/sso-core/migration';
import type { Verification } from '../verify/verification.js';
import { isHandOverBegun, type HandOver } from './ladder.js';

/** Where one customer stands. JSON-serialisable. */
export interface MigrationStatus {
  readonly migration: Migration;
  /**
   * The stage asks for the other side to act, or that one acts and what the app missed was not put into the inbox: advancing to the stage
   * it is at finishes that.
   */
  readonly handOverPending: boolean;
  /** The last one in the journal; `null` when there is none among its latest entries. */
  readonly verification: Pick<Verification, 'at' | 'outcome'> | null;
  /** When and by whom it came to this stage. */
  readonly since: { readonly at: string; readonly actor: string } | null;
  /** What the inbox heard from both sides; `null` without a hand-over, and in stages in which they are not followed. */
  readonly directories: DirectoryComparison | null;
}

/** Journal entries that are looked at. */
const maxEntries = 200;

export async function statusOf(
  store: MigrationStore,
  migration: Migration,
  handOver?: Pick<HandOver, 'compare'>,
): Promise<MigrationStatus> {
  const journal = await store.journal({ tenantId: migration.tenantId, limit: maxEntries });
  const verified = journal.find(({ action }) => action === 'verified');
  const arrival = journal.find(
    ({ action, fromStage, toStage }) =>
      action !== 'refused' && toStage === migration.stage && fromStage !== toStage,
  );
  const { at, outcome } = (verified?.detail ?? {}) as Partial<Verification>;
  const wanted = migration.stage === 'primary' || migration.stage === 'committed' ? 'to' : 'from';
  return {
    migration,
    handOverPending: migration.acting !== wanted || isHandOverBegun(await store.steps(migration.tenantId)),
    verification: at !== undefined && outcome !== undefined ? { at, outcome } : null,
    since: arrival ? { at: arrival.at, actor: arrival.actor } : null,
    directories: handOver && isFollowed(migration) ? await handOver.compare(migration.tenantId) : null,
  };
}
