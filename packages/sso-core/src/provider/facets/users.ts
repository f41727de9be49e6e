import type {
  CreateUser,
  Invitation,
  Member,
  Membership,
  MembershipRef,
  OrganizationScope,
  UpdateUser,
  User,
  UserId,
} from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Page, PageRequest } from '../page.js';

/** People the vendor keeps, their memberships and invitations. */
export interface UsersFacet {
  /** The users of an organization. */
  listPage(scope: OrganizationScope, page: PageRequest, context: CallContext): Promise<Page<User>>;
  /** The memberships of an organization, in every status. */
  listMembershipsPage(
    scope: OrganizationScope,
    page: PageRequest,
    context: CallContext,
  ): Promise<Page<Membership>>;
  /** Throws `not_found`. */
  get(id: UserId, context: CallContext): Promise<User>;
  /**
   * Makes the person a member. An existing user with this e-mail address is reused and left unchanged. With `sendInvitation`
   * the membership stays `pending` until accepted. Throws `already_exists` when the person is a member already.
   */
  create(input: CreateUser, context: CallContext): Promise<Member>;
  /** Absent fields stay as they are; `metadata` replaces all of it. Throws `not_found`. */
  update(id: UserId, input: UpdateUser, context: CallContext): Promise<User>;
  /** Deletes the person in the whole environment. Throws `not_found`. */
  delete(id: UserId, context: CallContext): Promise<void>;
  /** Sends the pending invitation again. Throws `not_found` when there is none, `failed_precondition` when it is not pending. */
  resendInvitation(ref: MembershipRef, context: CallContext): Promise<Invitation>;
}
