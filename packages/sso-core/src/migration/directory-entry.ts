import type { DirectoryGroup, DirectoryUser } from '../model/index.js';

/** What was last said of a person or a group. */
export interface DirectoryStatement {
  /** The subject of the events it rests on, such as `directory_user:du_1`. */
  readonly subject: string;
  /** As of the last event; of a deleted one as it was before. `null` when only memberships of it are known. */
  readonly entity: DirectoryUser | DirectoryGroup | null;
  readonly deleted: boolean;
  /** Of a person. */
  readonly groups: readonly DirectoryMembership[];
  /** Of the first event it rests on; sorts as text, by time. */
  readonly since: string;
  /** Of the newest one. */
  readonly order: string;
}

export interface DirectoryMembership {
  /** The group's id at the vendor that told, qualified. */
  readonly group: string;
  /** Id of the group's entry. */
  readonly entry: string;
}

/** One person or group of a customer in a move: what each side last said, and what the app was told. */
export interface DirectoryEntry {
  readonly tenantId: string;
  /** Without meaning, and the same as long as the move lasts. */
  readonly id: string;
  readonly kind: 'directory_user' | 'directory_group';
  /** What it is matched by across the sides: a person's id at the identity provider, a group's name. `null`: it has no counterpart. */
  readonly match: string | null;
  readonly from: DirectoryStatement | null;
  readonly to: DirectoryStatement | null;
  readonly told: DirectoryStatement | null;
  /**
   * The event whose handlers are being called, after its side, such as `from:event_1`, and until when (milliseconds since the epoch) others
   * wait for them.
   */
  readonly telling: { readonly eventId: string; readonly until: number } | null;
  /** 0 before it is written first; one more with every change. */
  readonly version: number;
}
