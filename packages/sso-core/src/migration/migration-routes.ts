import { createHash } from 'node:crypto';
import type { CounterpartOf } from '../compose/counterparts.js';
import type { Routes, RouteTarget } from '../compose/routes.js';
import { SsoError } from '../errors.js';
import { normalizeEmail } from '../login/email.js';
import type { Canary, Migration, MigrationSide } from './migration.js';
import type { MigrationStore } from './migration-store.js';

export interface MigrationRoutes extends Routes {
  /** For `shadowed`: the other provider's organization of a customer whose answers are worth comparing, `null` for all others. */
  readonly counterpartOf: CounterpartOf;
}

/**
 * Routes for `routed` that follow each customer's stage, read anew for every question. Customers who are in no move have no route: they
 * go to the `fallback`, or are refused. A store that fails is an error and never a route.
 */
export function createMigrationRoutes({
  store,
}: {
  readonly store: Pick<MigrationStore, 'get' | 'findByOrganization' | 'findByDomain'>;
}): MigrationRoutes {
  async function migrationOf({ externalId, organization, domain }: RouteTarget): Promise<Migration | null> {
    if (externalId !== undefined) return store.get(externalId);
    if (organization !== undefined) return store.findByOrganization(organization);
    // An identity provider is nobody's in particular.
    return domain === undefined ? null : store.findByDomain(domain.toLowerCase());
  }

  return {
    async routeFor(target) {
      const migration = await migrationOf(target);
      return migration && migration[signInSide(migration, target.loginHint)];
    },
    async organizationAt(organization, provider) {
      const migration = await store.findByOrganization(organization);
      if (!migration) return null;
      const { from, to, organizations } = migration;
      if (provider === from) return organizations.from;
      return provider === to ? organizations.to : null;
    },
    async counterpartOf(organization) {
      const migration = await store.findByOrganization(organization);
      if (!migration) return null;
      const { stage, organizations } = migration;
      switch (stage) {
        case 'shadow':
        case 'canary':
          return organization === organizations.from ? organizations.to : null;
        case 'primary':
          return organization === organizations.to ? organizations.from : null;
        default:
          return null;
      }
    },
  };
}

/** Where a person of this customer signs in. Without an address it is everybody's side. */
function signInSide(migration: Migration, loginHint?: string): MigrationSide {
  switch (migration.stage) {
    case 'observe':
    case 'shadow':
      return 'from';
    case 'canary':
      return isInCanary(migration, loginHint) ? 'to' : 'from';
    case 'primary':
    case 'committed':
      return 'to';
    default:
      throw new SsoError({
        code: 'failed_precondition',
        message: `The move of "${migration.tenantId}" is in a stage this version does not know`,
      });
  }
}

function isInCanary({ tenantId, canary }: Migration, loginHint: string | undefined): boolean {
  const address = loginHint === undefined ? null : addressOf(loginHint);
  if (canary === null || address === null) return false;
  return canary.users.some((user) => addressOf(user) === address) || isInShare(tenantId, address, canary);
}

/** A person's place among the customer's people rests on nothing but who they are. */
function isInShare(tenantId: string, address: string, { percent }: Canary): boolean {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenantId, address]))
    .digest();
  return (digest.readUInt32BE() / 2 ** 32) * 100 < percent;
}

/** A user name that is no address is nobody's. */
function addressOf(text: string): string | null {
  try {
    return normalizeEmail(text).address.toLowerCase();
  } catch {
    return null;
  }
}
