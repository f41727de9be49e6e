import type {
  Connection,
  ConnectionRef,
  CreateConnection,
  ListConnections,
  UpdateConnection,
} from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Limitations, Support } from '../features.js';
import type { Page, PageRequest } from '../page.js';

/** Reading single sign-on connections, whatever their status. */
export interface ConnectionsFacet {
  /** All given filters hold for every item. Drafts and disabled connections are included. */
  listPage(filter: ListConnections, page: PageRequest, context: CallContext): Promise<Page<Connection>>;
  /** Throws `not_found`, also when the connection belongs to another organization. */
  get(ref: ConnectionRef, context: CallContext): Promise<Connection>;
}

/** Changing single sign-on connections. `delete` is always there; the rest is declared in `features`. */
export interface ConnectionAdminFacet {
  readonly features: {
    readonly enable: Support;
    readonly disable: Support;
    readonly create: Support;
    readonly update: Support;
  };
  readonly limitations?: Limitations;
  /** Throws `not_found`, also when the connection belongs to another organization. */
  delete(ref: ConnectionRef, context: CallContext): Promise<void>;
  /** Called only when `features.enable`. Throws `failed_precondition` when the configuration is incomplete. */
  enable(ref: ConnectionRef, context: CallContext): Promise<Connection>;
  /** Called only when `features.disable`. */
  disable(ref: ConnectionRef, context: CallContext): Promise<Connection>;
  /** Called only when `features.create`; when that is `'preview'`, after the caller opted in. */
  create(input: CreateConnection, context: CallContext): Promise<Connection>;
  /** Called only when `features.update`; when that is `'preview'`, after the caller opted in. */
  update(ref: ConnectionRef, input: UpdateConnection, context: CallContext): Promise<Connection>;
}
