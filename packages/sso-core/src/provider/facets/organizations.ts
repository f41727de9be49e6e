import type {
  CreateOrganization,
  Organization,
  OrganizationId,
  UpdateOrganization,
  UpdateOrganizationSettings,
} from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Limitations } from '../features.js';
import type { Page, PageRequest } from '../page.js';

/** Reading organizations. */
export interface OrganizationsFacet {
  /** Every organization of the environment, in the vendor's order. */
  listPage(page: PageRequest, context: CallContext): Promise<Page<Organization>>;
  /** Throws `not_found`. */
  get(id: OrganizationId, context: CallContext): Promise<Organization>;
  /** Looks your own tenant id up. Throws `not_found`. */
  getByExternalId(externalId: string, context: CallContext): Promise<Organization>;
}

/** Changing organizations. */
export interface OrganizationAdminFacet {
  readonly features: {
    /** Whether SSO and directory synchronisation can be switched per organization. */
    readonly settings: boolean;
  };
  readonly limitations?: Limitations;
  /** Throws `already_exists` when the external id is taken. */
  create(input: CreateOrganization, context: CallContext): Promise<Organization>;
  /** Absent fields stay as they are. Throws `not_found`, `already_exists`. */
  update(id: OrganizationId, input: UpdateOrganization, context: CallContext): Promise<Organization>;
  /** Deletes the organization with everything in it; at some vendors asynchronously. Throws `not_found`. */
  delete(id: OrganizationId, context: CallContext): Promise<void>;
  /** Called only when `features.settings`. */
  updateSettings(
    id: OrganizationId,
    input: UpdateOrganizationSettings,
    context: CallContext,
  ): Promise<Organization>;
}
