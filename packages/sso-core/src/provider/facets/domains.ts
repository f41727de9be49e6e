import type { CreateDomain, Domain, DomainRef, OrganizationScope } from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Page, PageRequest } from '../page.js';

/** E-mail domains of an organization. */
export interface DomainsFacet {
  readonly features: {
    /** Whether domains added through the API count as verified at once. */
    readonly verifiedOnCreate: boolean;
  };
  listPage(scope: OrganizationScope, page: PageRequest, context: CallContext): Promise<Page<Domain>>;
  /** Throws `not_found`, also when the domain belongs to another organization. */
  get(ref: DomainRef, context: CallContext): Promise<Domain>;
  /** Throws `already_exists`. */
  create(input: CreateDomain, context: CallContext): Promise<Domain>;
  /** Starts or repeats the DNS check and answers the state after it: `pending` is not an error. */
  verify(ref: DomainRef, context: CallContext): Promise<Domain>;
  /** Throws `not_found`, also when the domain belongs to another organization. */
  delete(ref: DomainRef, context: CallContext): Promise<void>;
}
