import { Collection } from '../kernel/collection.js';
import { digest } from '../kernel/ids.js';
import type { AuditEventOnRecord } from '../kernel/control.js';
import type { SeedAuditAction } from '../kernel/seed.js';

/** A version of an action's schema; the wire object is all but the id. */
export interface AuditLogSchema {
  readonly id: string;
  readonly object: 'audit_log_schema';
  readonly version: number;
  readonly actor?: { readonly metadata: object };
  readonly targets: readonly { readonly type: string; readonly metadata?: object }[];
  readonly metadata?: object;
  readonly created_at: string;
}

export interface AuditLogAction {
  readonly id: string;
  readonly name: string;
  readonly schemas: Collection<AuditLogSchema>;
  readonly created_at: string;
  updated_at: string;
}

export interface AuditLogExport {
  readonly id: string;
  state: 'pending' | 'ready';
  readonly events: readonly AuditEventOnRecord[];
  readonly created_at: string;
  updated_at: string;
}

export interface AuditLogStateParts {
  readonly now: () => Date;
  readonly newId: (prefix: string) => string;
}

const day = 24 * 60 * 60_000;
const downloadLifetime = 10 * 60_000;

/** Audit logs of all organizations. Events can be read by an export, by the control API and by no other operation. */
export class AuditLogState {
  readonly actions = new Collection<AuditLogAction>();
  readonly exports = new Collection<AuditLogExport>();
  /** Days, by organization. */
  readonly retention = new Map<string, number>();
  readonly #events: AuditEventOnRecord[] = [];
  readonly #recordedUntil = new Map<string, number>();
  readonly #downloads = new Map<string, { readonly export: AuditLogExport; readonly expiresAt: number }>();
  readonly #parts: AuditLogStateParts;

  constructor(parts: AuditLogStateParts) {
    this.#parts = parts;
  }

  clear(): void {
    this.actions.clear();
    this.exports.clear();
    this.retention.clear();
    this.#events.length = 0;
    this.#recordedUntil.clear();
    this.#downloads.clear();
  }

  action(name: string): AuditLogAction | undefined {
    for (const action of this.actions) if (action.name === name) return action;
    return undefined;
  }

  /** Each call adds a version. */
  defineSchema({ action: name, ...given }: SeedAuditAction): AuditLogSchema {
    const { newId } = this.#parts;
    const now = this.#timestamp();
    const action =
      this.action(name) ??
      this.actions.add({
        id: newId('ala'),
        name,
        schemas: new Collection(),
        created_at: now,
        updated_at: now,
      });
    action.updated_at = now;
    return action.schemas.add({
      id: newId('als'),
      object: 'audit_log_schema',
      version: action.schemas.size + 1,
      ...given,
      created_at: now,
    });
  }

  /**
   * Equal key and content are recorded once in 24 hours, equal content without a key too: the documents say that the key is made of both,
   * or of the content alone. [D]
   */
  record(organizationId: string, event: Readonly<Record<string, unknown>>, key: string | undefined): void {
    const now = this.#parts.now().getTime();
    const content = digest(JSON.stringify([organizationId, sorted(event), key ?? null])).toString('hex');
    if ((this.#recordedUntil.get(content) ?? 0) > now) return;
    this.#recordedUntil.set(content, now + day);
    this.#events.push({
      organizationId,
      event,
      recordedAt: this.#timestamp(),
      ...(key !== undefined && { idempotencyKey: key }),
    });
  }

  /** Oldest first. */
  events(organizationId?: string): AuditEventOnRecord[] {
    return this.#events.filter(
      (recorded) => organizationId === undefined || recorded.organizationId === organizationId,
    );
  }

  createExport(events: readonly AuditEventOnRecord[]): AuditLogExport {
    const now = this.#timestamp();
    return this.exports.add({
      id: this.#parts.newId('audit_log_export'),
      state: 'pending',
      events,
      created_at: now,
      updated_at: now,
    });
  }

  /** A name for the file of an export, good for ten minutes. [S] */
  openDownload(exported: AuditLogExport): string {
    if (exported.state === 'pending') {
      exported.state = 'ready';
      exported.updated_at = this.#timestamp();
    }
    const token = digest(this.#parts.newId('download')).toString('base64url').slice(0, 25);
    const expiresAt = this.#parts.now().getTime() + downloadLifetime;
    this.#downloads.set(token, { export: exported, expiresAt });
    return token;
  }

  download(token: string): AuditLogExport | undefined {
    const found = this.#downloads.get(token);
    return found && found.expiresAt > this.#parts.now().getTime() ? found.export : undefined;
  }

  toJSON(): object {
    return {
      actions: this.actions.slice(0).map(({ name, schemas }) => ({ name, schemas: schemas.slice(0) })),
      events: this.#events,
      retention: Object.fromEntries(this.retention),
    };
  }

  #timestamp(): string {
    return this.#parts.now().toISOString();
  }
}

/** The same whatever the order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => [name, sorted(field)]);
}
