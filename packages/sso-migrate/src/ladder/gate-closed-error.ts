import { SsoError } from '@org/sso-core';
import type { MigrationStage } from '@org/sso-core/migration';

/** A step, up or down, that something blocks. */
export class GateClosedError extends SsoError {
  override readonly name = 'GateClosedError';
  readonly tenantId: string;
  /** Where it stays. */
  readonly stage: MigrationStage;
  readonly to: MigrationStage;
  /** In sentences. */
  readonly reasons: readonly string[];

  constructor(closed: {
    readonly tenantId: string;
    readonly stage: MigrationStage;
    readonly to: MigrationStage;
    readonly reasons: readonly string[];
  }) {
    const { tenantId, stage, to, reasons } = closed;
    super({
      code: 'failed_precondition',
      message: `${tenantId} stays at ${stage} and cannot go to ${to}: ${reasons.join(' ')}`,
    });
    this.tenantId = tenantId;
    this.stage = stage;
    this.to = to;
    this.reasons = reasons;
  }

  static override isInstance(value: unknown): value is GateClosedError {
    return SsoError.isInstance(value) && value.name === 'GateClosedError';
  }
}
