import type { CreatePortalLink, PortalIntent, PortalLink } from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Limitations } from '../features.js';

/** The vendor's self-service portal, where a customer's IT admin configures SSO. */
export interface AdminPortalFacet {
  readonly features: {
    /** Other intents are refused before any request. */
    readonly intents: readonly PortalIntent[];
    /** Whether a link can carry its own return URL. */
    readonly returnUrl: boolean;
  };
  readonly limitations?: Limitations;
  /** A fresh link on every call. Throws `not_found` for an unknown organization. */
  createLink(input: CreatePortalLink, context: CallContext): Promise<PortalLink>;
}
