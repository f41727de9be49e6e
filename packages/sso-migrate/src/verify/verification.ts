import type { ConnectionId, DirectoryId, OrganizationId, SsoErrorCode } from '@org/sso-core';
import type { Sample } from '../records.js';

/** Whether one customer has everything at the target that it has at the source. JSON-serialisable. */
export interface Verification {
  readonly tenantId: string;
  /** ISO-8601 in UTC. */
  readonly at: string;
  readonly from: { readonly provider: string; readonly organizationId: OrganizationId | null };
  readonly to: { readonly provider: string; readonly organizationId: OrganizationId | null };
  /** `red`: a check failed. `incomplete`: none failed, but one could not be finished. Only `green` opens gates. */
  readonly outcome: 'green' | 'red' | 'incomplete';
  readonly checks: readonly VerificationCheck[];
  /** Connections that accept logins at both sides, and stand for each other. */
  readonly connections: readonly { readonly from: ConnectionId; readonly to: ConnectionId }[];
}

export interface VerificationCheck {
  readonly check:
    | 'organization'
    | 'domains'
    | 'connection'
    | 'login'
    | 'directory'
    | 'directory_users'
    | 'directory_groups';
  /**
   * `error`: the answer is not known, as a provider failed or its listing was short; this is never told as missing people.
   * `not_possible`: nobody could tell by API, and `message` says why. `not_needed`: the customer has nothing of this kind.
   */
  readonly outcome: 'passed' | 'failed' | 'error' | 'not_possible' | 'not_needed';
  /** A sentence. */
  readonly message: string;
  /** What was found, in full numbers and with a few examples: `missing`, `extra`, … Empty when nothing is wrong. */
  readonly differences: readonly Difference[];
  readonly error: {
    readonly code: SsoErrorCode;
    readonly message: string;
    readonly retryable: boolean;
  } | null;
  /** Of which pair of directories; `null` for other checks. */
  readonly directories: { readonly from: DirectoryId; readonly to: DirectoryId } | null;
  /** How many were compared, on each side. */
  readonly compared: { readonly from: number; readonly to: number } | null;
}

export interface Difference extends Sample {
  readonly difference:
    | 'missing'
    | 'extra'
    | 'differing'
    | 'not_verified'
    | 'without_idp_id'
    | 'duplicate'
    | 'missing_members'
    | 'extra_members';
  /** Which side it is on; `both` when it is between them. */
  readonly side: 'from' | 'to' | 'both';
  /** Of `differing`: the field, such as `email`. */
  readonly field: string | null;
  /** Only when values were asked for: of the examples, in their order. */
  readonly values?: readonly { readonly from: unknown; readonly to: unknown }[];
}
