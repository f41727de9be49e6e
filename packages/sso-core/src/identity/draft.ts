import { randomUUID } from 'node:crypto';
import { SsoError } from '../errors.js';
import type {
  Identity,
  IdentityProposal,
  IdentitySource,
  LedgerAction,
  LedgerEntry,
  LedgerUser,
} from './identity.js';
import type { LedgerChanges, LedgerView } from './identity-store.js';
import { createPeople, type People } from './people.js';

/** Who decides, and when. */
export interface Decider {
  readonly actor: string;
  /** ISO-8601 in UTC. */
  readonly at: string;
  readonly reason?: string | undefined;
}

type About = Partial<Omit<LedgerEntry, 'tenantId' | 'sequence' | 'at' | 'actor' | 'action' | 'reason'>>;

/** Changes being put together on top of a view. What is read from it includes them. */
export class Draft {
  #people: People;
  readonly #decider: Decider;
  readonly #sources = new Map<string, IdentitySource>();
  readonly #users = new Map<string, LedgerUser>();
  readonly #identities = new Map<string, Identity>();
  readonly #proposals = new Map<string, IdentityProposal>();
  readonly #forgotten: string[] = [];
  readonly #entries: LedgerEntry[] = [];

  constructor(people: People, decider: Decider) {
    this.#people = people;
    this.#decider = decider;
  }

  get people(): People {
    return this.#people;
  }

  /** `null` when nothing was changed. */
  get changes(): LedgerChanges | null {
    const changes = {
      sources: [...this.#sources.values()],
      users: [...this.#users.values()],
      identities: [...this.#identities.values()],
      proposals: [...this.#proposals.values()],
      forgotten: this.#forgotten,
      entries: this.#entries,
    };
    return Object.values(changes).some((rows) => rows.length > 0) ? changes : null;
  }

  /** Adds a decision to the journal and answers its sequence. */
  record(action: LedgerAction, about: About = {}): number {
    const { tenantId, view } = this.#people;
    const { actor, at, reason = null } = this.#decider;
    const sequence = view.sequence + 1;
    this.#entries.push({
      tenantId,
      sequence,
      at,
      actor,
      action,
      userId: null,
      previousUserId: null,
      identityId: null,
      proposalId: null,
      source: null,
      lineage: null,
      previousLineage: null,
      evidence: null,
      undoes: null,
      reason,
      ...about,
    });
    this.#look({ sequence });
    return sequence;
  }

  putSource(source: IdentitySource): void {
    this.#sources.set(sourceKey(source), source);
    this.#look({ sources: replaced(this.#people.view.sources, source, sourceKey) });
  }

  putUser(user: LedgerUser): void {
    this.#users.set(user.id, user);
    this.#look({ users: replaced(this.#people.view.users, user, byId) });
  }

  putIdentity(identity: Identity): void {
    this.#identities.set(identity.id, identity);
    this.#look({ identities: replaced(this.#people.view.identities, identity, byId) });
  }

  putProposal(proposal: IdentityProposal): void {
    this.#proposals.set(proposal.id, proposal);
    this.#look({ proposals: replaced(this.#people.view.proposals, proposal, byId) });
  }

  forget(userId: string): void {
    this.#forgotten.push(userId);
  }

  /**
   * Throws `conflict` for one that another tenant has. A connection is one customer's: where it seems to be another's too, the tenants are
   * mixed up, and nobody can say whose people these are.
   */
  refuseForeignSource(id: string): void {
    const { tenantId, view } = this.#people;
    const isForeign = view.sources.some(
      (source) => source.id === id && source.tenantId !== tenantId && source.deletedOrder === null,
    );
    if (!isForeign) return;
    throw new SsoError({
      code: 'conflict',
      message: `${id} belongs to another tenant than "${tenantId}": if the customer has moved, retire it there first`,
    });
  }

  /** The living source of this id; a new lineage begins when there is none. */
  ensureSource(id: IdentitySource['id'], kind: IdentitySource['kind']): IdentitySource {
    this.refuseForeignSource(id);
    const { tenantId, view, liveSource } = this.#people;
    const live = liveSource(id);
    if (live) return live;
    const generations = view.sources.filter((source) => source.id === id).map(({ generation }) => generation);
    const lineage = randomUUID();
    const source: IdentitySource = {
      tenantId,
      id,
      kind,
      generation: Math.max(0, ...generations) + 1,
      lineage,
      deletedOrder: null,
      authoritative: false,
      decision: this.record('source_added', { source: id, lineage }),
    };
    this.putSource(source);
    return source;
  }

  ensureUser(id: string): LedgerUser {
    const { tenantId, user } = this.#people;
    const known = user(id);
    if (known) return known;
    const added = { tenantId, id, address: null, addressVerified: false, access: 'by_directory' } as const;
    this.putUser(added);
    this.record('user_added', { userId: id });
    return added;
  }

  /** Ends the questions about an identity that has found its person. */
  withdrawProposals(identityId: string, decision: number): void {
    for (const proposal of this.#people.view.proposals) {
      if (proposal.identityId === identityId && proposal.state === 'open')
        this.putProposal({ ...proposal, state: 'withdrawn', decision });
    }
  }

  #look(change: Partial<LedgerView>): void {
    this.#people = createPeople(this.#people.tenantId, { ...this.#people.view, ...change });
  }
}

const sourceKey = ({ id, generation }: IdentitySource) => `${generation} ${id}`;
const byId = ({ id }: { readonly id: string }) => id;

function replaced<T>(rows: readonly T[], changed: T, keyOf: (row: T) => string): readonly T[] {
  return [...rows.filter((row) => keyOf(row) !== keyOf(changed)), changed];
}
