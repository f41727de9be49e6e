import type { ContractCase } from '../contract-case.js';
import { callAll } from './support.js';

const facets = [
  'login',
  'organizations',
  'organizationAdmin',
  'domains',
  'connections',
  'connectionAdmin',
  'users',
  'adminPortal',
  'directories',
  'directoryAdmin',
  'events',
  'webhooks',
  'auditLogs',
] as const;

export const absentFacetCases: readonly ContractCase[] = facets.map((facet, index) => ({
  id: `ABSENT-${String(index + 1).padStart(2, '0')}`,
  title: `Without the ${facet} facet each of its operations is refused before any request.`,
  requires: [],
  without: facet,
  async run(context) {
    for (const operation of callAll(context, facet)) await context.check.unsupported(operation);
  },
}));
