import type {
  Directory,
  DirectoryGroup,
  DirectoryRef,
  DirectoryUser,
  ListDirectories,
  ListDirectoryGroups,
  ListDirectoryUsers,
} from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Limitations, Support } from '../features.js';
import type { Page, PageRequest } from '../page.js';

/** Reading directories and the people and groups in them. */
export interface DirectoriesFacet {
  readonly features: {
    /** Whether users and groups can be listed by the time of their last change. */
    readonly updatedAfter: boolean;
    /** Whether a listed user tells its groups. Where not, list the members of each group. */
    readonly userGroups: boolean;
  };
  readonly limitations?: Limitations;
  /** The vendor's order; where it has a notion of a primary directory, that one first. */
  listPage(filter: ListDirectories, page: PageRequest, context: CallContext): Promise<Page<Directory>>;
  /** Throws `not_found`, also when the directory belongs to another organization. */
  get(ref: DirectoryRef, context: CallContext): Promise<Directory>;
  /** All given filters hold for every item. Stays within the vendor's rate limit by itself. `updatedAfter` only when `features.updatedAfter`. */
  listUsersPage(
    filter: ListDirectoryUsers,
    page: PageRequest,
    context: CallContext,
  ): Promise<Page<DirectoryUser>>;
  listGroupsPage(
    filter: ListDirectoryGroups,
    page: PageRequest,
    context: CallContext,
  ): Promise<Page<DirectoryGroup>>;
}

/** Changing directories. What is there is declared in `features`. */
export interface DirectoryAdminFacet {
  readonly features: {
    readonly enable: Support;
    readonly disable: Support;
    readonly delete: Support;
  };
  readonly limitations?: Limitations;
  enable(ref: DirectoryRef, context: CallContext): Promise<Directory>;
  disable(ref: DirectoryRef, context: CallContext): Promise<Directory>;
  /** Throws `not_found`; `failed_precondition` where the vendor wants it disabled first. */
  delete(ref: DirectoryRef, context: CallContext): Promise<void>;
}
