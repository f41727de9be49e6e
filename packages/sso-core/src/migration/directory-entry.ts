import type { DirectoryGroup, DirectoryUser } from '../model/index.js';
import type { MigrationSide } from './migration.js';

/** What was last said of a person or a group. */
export interface DirectoryStatement {
  /** The events' subject, such as `directory_user:du_1`. */
  readonly subject: string;
  /** As the last event that told it had it; of a deleted one as it was before. `null` when only memberships are known. */
  readonly entity: DirectoryUser | DirectoryGroup | null;
  readonly deleted: boolean;
  /** Ids of the entries of the groups a person is in. */
  readonly groups: readonly string[];
  /** Of the newest event it rests on; sorts as text, by time. */
  readonly order: string;
}

/** One person or group of a customer in a move: what each side last said, and what the app was told. */
export interface DirectoryEntry {
  readonly tenantId: string;
  readonly id: string;
  readonly kind: 'directory_user' | 'directory_group';
  /** What it is matched by across the sides: a person's id at the identity provider, a group's name. `null`: it has no counterpart. */
  readonly match: string | null;
  readonly from: DirectoryStatement | null;
  readonly to: DirectoryStatement | null;
  readonly told: (DirectoryStatement & { readonly side: MigrationSide }) | null;
  /** The event whose handlers are being called, and until when (milliseconds since the epoch) others wait for them. */
  readonly telling: { readonly eventId: string; readonly until: number } | null;
  /** 0 before it is written first; one more with every change. */
  readonly version: number;
}
