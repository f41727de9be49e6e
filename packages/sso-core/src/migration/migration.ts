import type { OrganizationId } from '../model/index.js';

/**
 * How far one customer has moved. In `observe` nothing has changed; in `shadow` the new provider's answers are compared; in `canary` some
 * people sign in there; in `primary` everybody does, and the old one can still take over again; `committed` is final.
 */
export const migrationStages = ['observe', 'shadow', 'canary', 'primary', 'committed'] as const;
export type MigrationStage = (typeof migrationStages)[number];

/** The provider a customer comes from, or the one it goes to. */
export type MigrationSide = 'from' | 'to';

/** Who signs in at the new provider in the stage `canary`. */
export interface Canary {
  /** Share of the customer's people, 0 to 100. A person is always on the same side of it, and raising it takes nobody back. */
  readonly percent: number;
  /** Addresses of people who are in it by name. Case does not count. */
  readonly users: readonly string[];
}

/** One customer's move from one provider to another. */
export interface Migration {
  /** Your own tenant id: the external id of the customer's organization at both providers. */
  readonly tenantId: string;
  /** Provider ids, such as `workos` and `scalekit`. */
  readonly from: string;
  readonly to: string;
  /** Where people sign in follows from it. */
  readonly stage: MigrationStage;
  /** `null` outside the stage `canary`. */
  readonly canary: Canary | null;
  /** Whose events are acted on. The other side's are recorded and compared. */
  readonly acting: MigrationSide;
  readonly organizations: {
    readonly from: OrganizationId;
    /** `null` until the organization exists there. */
    readonly to: OrganizationId | null;
  };
  /** Organizations it had at one of the providers before, and that are gone there. What is still told of them is told to nobody. */
  readonly formerOrganizations?: readonly OrganizationId[];
  /** E-mail domains this customer has verified, in lower case: logins that begin with an address are routed by them. */
  readonly domains: readonly string[];
  /** 1 at first; one more with every change. */
  readonly version: number;
  /** ISO-8601 in UTC. */
  readonly updatedAt: string;
}

/** The side an organization is the customer's at; `null` for a former one. */
export function sideOf({ organizations }: Migration, organization: string): MigrationSide | null {
  if (organizations.from === organization) return 'from';
  return organizations.to === organization ? 'to' : null;
}

/** Whether it is kept what the sides say of people and groups, and what the app was told: from `shadow` on, until the move is over. */
export function isFollowed({ stage, acting }: Migration): boolean {
  return stage !== 'committed' && (stage !== 'observe' || acting === 'to');
}
