import type { AuditSchema, DefineAuditSchema, RecordAuditEvent } from '../../model/index.js';
import type { CallContext } from '../context.js';
import type { Limitations } from '../features.js';

/** The vendor's audit log, which a customer's security team reads in the vendor's portal. Events are written, not read back. */
export interface AuditLogsFacet {
  readonly features: {
    /** Whether an action needs a schema before its events are accepted. Without, `defineSchema` and `getSchema` are refused. */
    readonly schemas: boolean;
    /** Entries in each metadata, of the event, its actor and each target; `null`: no limit. More are refused before any request. */
    readonly maxMetadataEntries: number | null;
    /** Characters of a metadata key; `null`: no limit. */
    readonly maxMetadataKeyLength: number | null;
    /** Characters of a metadata value that is a string; `null`: no limit. */
    readonly maxMetadataValueLength: number | null;
  };
  readonly limitations?: Limitations;
  /**
   * Records an event of an organization, once for equal key and event. Without an idempotency key it is sent once, and what became of it
   * is unknown when no answer comes. Throws `not_found` for an unknown organization, `failed_precondition` for an action without schema,
   * `invalid_argument` for an event that its schema does not allow.
   */
  record(input: RecordAuditEvent, context: CallContext): Promise<void>;
  /**
   * Makes this the newest schema of its action and answers it. Nothing is added when the newest one says the same already, so it can be
   * called at every start. Called only when `features.schemas`.
   */
  defineSchema(input: DefineAuditSchema, context: CallContext): Promise<AuditSchema>;
  /** The newest schema of an action. Throws `not_found` when there is none. Called only when `features.schemas`. */
  getSchema(action: string, context: CallContext): Promise<AuditSchema>;
}
