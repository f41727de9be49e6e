import type { ClientFacets } from '../client/create-sso.js';
import type { CallOptions } from '../client/options.js';
import type { Organization, OrganizationId } from '../model/index.js';
import { NothingToCompare } from './shadow-observer.js';

/** The shadow's organization for one of the primary's; `null` when there is none. */
export type CounterpartOf = (organization: OrganizationId) => Promise<OrganizationId | null>;

/** Which organization of the shadow is one of the primary's. */
export interface Counterparts {
  /** Throws {@link NothingToCompare}. */
  readonly find: (
    organization: OrganizationId,
    client: ClientFacets,
    options: CallOptions,
  ) => Promise<OrganizationId>;
  /** Learns the external id of an organization the primary answered. */
  readonly remember: (organization: Organization) => void;
}

const maxRemembered = 10_000;

/**
 * Unless told, an organization's counterpart is the one of the same external id, as far as the primary's own answers have shown it: no
 * request is made at the primary for the shadow's sake.
 */
export function createCounterparts(given: CounterpartOf | undefined): Counterparts {
  const externalIds = new Map<OrganizationId, string>();
  return {
    async find(organization, client, options) {
      const externalId = externalIds.get(organization);
      const found = given
        ? await given(organization)
        : externalId !== undefined && (await client.organizations.getByExternalId(externalId, options)).id;
      if (!found) throw new NothingToCompare('no_counterpart');
      return found;
    },
    remember({ id, externalId }) {
      externalIds.delete(id);
      if (externalId !== null) externalIds.set(id, externalId);
      if (externalIds.size > maxRemembered) externalIds.delete(externalIds.keys().next().value!);
    },
  };
}
