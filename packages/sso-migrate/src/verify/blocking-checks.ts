import type { MigrationStage } from '@org/sso-core/migration';
import type { Verification } from './verification.js';

/**
 * In sentences, what a verification found that keeps a customer from a stage. Before `committed` the old directory may be behind: since
 * `primary` the new one alone counts, and the customer's identity provider may have ceased to tell the old one.
 */
export function blockingChecks({ checks }: Verification, to: MigrationStage | undefined): string[] {
  return checks
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'error')
    .filter(
      ({ check }) => to !== 'committed' || !(check === 'directory_users' || check === 'directory_groups'),
    )
    .map(({ message, error }) => (error ? `${message} ${error.message}` : message));
}
