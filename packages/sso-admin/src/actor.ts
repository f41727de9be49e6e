import type { AuditMetadata, OrganizationId } from '@org/sso-core';

/** Somebody of yours who acts in the actor's name, such as a support engineer. */
export interface Impersonator {
  readonly email: string;
  /** Up to 500 characters. */
  readonly reason: string;
}

/** Who acts, as your app knows it from its own session: never from the request. */
export interface AdminActor {
  /** Your own id. */
  readonly id: string;
  /** Such as `user` or `api_key`. */
  readonly type: string;
  readonly name: string | null;
  readonly email: string | null;
  /** Role in the organization, in your words. */
  readonly role: string;
  /** The organization the session is for. */
  readonly organizationId: OrganizationId;
  readonly impersonator?: Impersonator | undefined;
}

/** Where an action comes from. {@link requestContext} reads it from a `Request`. */
export interface ActionContext {
  /** IP address, or another location. */
  readonly location: string;
  readonly userAgent: string | null;
  /** Page or route, such as `/settings/sso`. */
  readonly source: string;
  /** Further facts of yours, such as a request id: up to 20 entries, keys of up to 40 and texts of up to 500 characters. Never a secret. */
  readonly metadata?: AuditMetadata | undefined;
}

/** Who asks for an action, and from where. */
export interface ActionRequest {
  readonly actor: AdminActor;
  /** Whether the actor's session is alive now. Changes need one. */
  readonly sessionActive: boolean;
  readonly context: ActionContext;
}
