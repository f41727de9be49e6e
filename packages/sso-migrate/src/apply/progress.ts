import type { SsoErrorCode } from '@org/sso-core';

/** What `apply` is doing, as it does it. JSON-serialisable. */
export type ApplyProgress =
  /** Nothing was written yet: both sides are read and compared with what the plan rests on. */
  | { readonly type: 'checking'; readonly organizations: number }
  /** The plan still holds. `steps` counts every effect, those already there included. */
  | {
      readonly type: 'started';
      readonly organizations: number;
      readonly steps: number;
      readonly dryRun: boolean;
    }
  | ({ readonly type: 'step' } & AppliedStep)
  /** The vendor asked to wait, or failed in a way that may pass. */
  | {
      readonly type: 'waiting';
      readonly tenantId: string;
      readonly step: string;
      readonly code: SsoErrorCode;
      readonly delayMs: number;
      /** 1 for the first failure. */
      readonly attempt: number;
    }
  | ({
      readonly type: 'organization';
      readonly finished: number;
      readonly organizations: number;
    } & AppliedOrganization)
  | ({ readonly type: 'finished' } & ApplyResult);

export interface AppliedStep {
  readonly tenantId: string;
  /** Such as `organization`, `domain:acme.com` or `enroll`. */
  readonly step: string;
  /** `found`: it was there already, from an earlier run or otherwise. `planned`: a dry run would do it. */
  readonly outcome: 'done' | 'found' | 'planned';
  /** What it made or found, such as a qualified id. */
  readonly result: string | null;
}

export interface AppliedOrganization {
  readonly tenantId: string;
  /** `unchanged`: everything was there. `failed`: see `error`; what was done stays, and applying again goes on from there. */
  readonly outcome: 'applied' | 'unchanged' | 'planned' | 'failed';
  readonly error: {
    readonly code: SsoErrorCode;
    readonly message: string;
    readonly retryable: boolean;
    readonly step: string | null;
  } | null;
}

export interface ApplyResult {
  readonly dryRun: boolean;
  readonly applied: number;
  readonly unchanged: number;
  /** In a dry run: what would be applied. */
  readonly planned: number;
  readonly failed: number;
  /** Blocked organizations that were left out because it was allowed to. */
  readonly blocked: number;
  readonly failures: readonly AppliedOrganization[];
}
