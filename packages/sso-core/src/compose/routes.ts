import type { OrganizationId } from '../model/index.js';

/** Whose provider is asked for: exactly one of the four, and where a person is about to sign in, who. */
export type RouteTarget = {
  /** The person's address, where a login carries one: routes may send some people of a customer elsewhere. */
  readonly loginHint?: string | undefined;
} & (
  | {
      /** Your own tenant id. */
      readonly externalId: string;
      readonly organization?: never;
      readonly domain?: never;
      readonly identityProvider?: never;
    }
  | {
      readonly organization: OrganizationId;
      readonly externalId?: never;
      readonly domain?: never;
      readonly identityProvider?: never;
    }
  | {
      /** E-mail domain in lower case. */
      readonly domain: string;
      readonly externalId?: never;
      readonly organization?: never;
      readonly identityProvider?: never;
    }
  | {
      /** Environment-level sign-in. */
      readonly identityProvider: string;
      readonly externalId?: never;
      readonly organization?: never;
      readonly domain?: never;
    }
);

/** Which provider serves which customer. Asked anew for every login and look-up, so that a change takes effect at once. */
export interface Routes {
  /** The provider's id; `null` when there is no route. */
  routeFor(target: RouteTarget): Promise<string | null>;
  /**
   * The same customer's organization at another provider; `null` when it is not known here. Then, or without this, the organization's own
   * provider is asked for its external id, and has to answer.
   */
  organizationAt?(organization: OrganizationId, provider: string): Promise<OrganizationId | null>;
}

/** Routes in memory. They know what they were told, and tell nothing of one kind of target from another. */
export interface MemoryRoutes extends Routes {
  set(target: RouteTarget, provider: string): void;
  delete(target: RouteTarget): void;
}

/** For tests, and for apps whose routes are constants. `loginHint` makes no difference. */
export function createMemoryRoutes(
  initial: Iterable<readonly [target: RouteTarget, provider: string]> = [],
): MemoryRoutes {
  const routes = new Map(Array.from(initial, ([target, provider]) => [keyOf(target), provider]));
  return {
    routeFor: async (target) => routes.get(keyOf(target)) ?? null,
    set: (target, provider) => void routes.set(keyOf(target), provider),
    delete: (target) => void routes.delete(keyOf(target)),
  };
}

function keyOf({ externalId, organization, domain, identityProvider }: RouteTarget): string {
  return JSON.stringify([externalId, organization, domain?.toLowerCase(), identityProvider]);
}

/** For messages. */
export function describeTarget({ externalId, organization, domain, identityProvider }: RouteTarget): string {
  if (externalId !== undefined) return `external id "${externalId}"`;
  if (organization !== undefined) return `organization "${organization}"`;
  return domain === undefined ? `identity provider "${identityProvider}"` : `domain "${domain}"`;
}
