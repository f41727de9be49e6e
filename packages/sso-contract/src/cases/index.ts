import type { ContractCase } from '../contract-case.js';
import { absentFacetCases } from './absent-facets.js';
import { adminPortalCases } from './admin-portal.js';
import { auditLogCases } from './audit-logs.js';
import { concurrencyCases } from './concurrency.js';
import { connectionAdminCases } from './connection-admin.js';
import { connectionCases } from './connections.js';
import { directoryAdminCases } from './directory-admin.js';
import { directoryCases } from './directories.js';
import { domainCases } from './domains.js';
import { errorCases } from './errors.js';
import { eventCases } from './events.js';
import { secretCases } from './hooks-and-secrets.js';
import { idCases } from './ids.js';
import { listingCases } from './listing.js';
import { loginBeginCases } from './login-begin.js';
import { loginCompleteCases } from './login-complete.js';
import { loginSessionCases } from './login-sessions.js';
import { loginTokenCases } from './login-tokens.js';
import { organizationAdminCases } from './organization-admin.js';
import { organizationCases } from './organizations.js';
import { pagingCases } from './paging.js';
import { userCases } from './users.js';
import { webhookCases } from './webhooks.js';

/** The whole contract, in the order of `docs/contract.md`. */
export const contractCases: readonly ContractCase[] = [
  ...absentFacetCases,
  ...loginBeginCases,
  ...loginCompleteCases,
  ...loginSessionCases,
  ...loginTokenCases,
  ...organizationCases,
  ...organizationAdminCases,
  ...domainCases,
  ...connectionCases,
  ...connectionAdminCases,
  ...userCases,
  ...adminPortalCases,
  ...directoryCases,
  ...directoryAdminCases,
  ...eventCases,
  ...webhookCases,
  ...auditLogCases,
  ...idCases,
  ...listingCases,
  ...pagingCases,
  ...errorCases,
  ...secretCases,
  ...concurrencyCases,
];
