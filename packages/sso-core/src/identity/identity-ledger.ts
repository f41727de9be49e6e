import { randomUUID } from 'node:crypto';
import { invalidArgument, SsoError } from '../errors.js';
import { orderOf } from '../events/describe-event.js';
import type { SsoEventOf } from '../model/event.js';
import { parseQualifiedId, type ConnectionId, type OrganizationId } from '../model/ids.js';
import type { Profile } from '../model/profile.js';
import {
  claimOfDirectoryUser,
  isLasting,
  claimOfLogin,
  toAddress,
  type Claim,
  type DirectoryPersonEvent,
} from './claim.js';
import { Draft } from './draft.js';
import type { ExistingUser } from './evidence.js';
import type { Identity, IdentityProposal, IdentitySource, LedgerEntry, LedgerUser } from './identity.js';
import type { IdentityStore, LedgerQuery } from './identity-store.js';
import {
  addIdentity,
  addUser,
  confirmProposal,
  forgetUser,
  linkConnection,
  rejectProposal,
  relinkIdentity,
  fail,
  retireSource,
  setAccess,
  setAuthority,
  undo,
} from './operations.js';
import type { IdentityOutcome } from './outcome.js';
import { createPeople } from './people.js';
import { refuse, resolve, type Decision, type Facts } from './resolve.js';

export interface IdentityLedgerOptions {
  readonly store: IdentityStore;
  /** Your tenant an organization belongs to, such as its external id; `null` when it is none of yours. */
  readonly tenantOf: (organizationId: OrganizationId) => MaybePromise<string | null>;
  /**
   * Domains the tenant has proved to own, as people of this source may have them. Asked whenever an address has to be proved, and
   * never remembered. Leave out domains of providers of mailboxes, and those that somebody has merely claimed.
   */
  readonly verifiedDomainsOf: (source: {
    readonly tenantId: string;
    readonly organizationId: OrganizationId;
    /** `null` for a directory. */
    readonly connectionId: ConnectionId | null;
  }) => MaybePromise<readonly string[]>;
  /** Looks people up in your own table, within the tenant and by address without regard to case. Default: only those added are known. */
  readonly findUsers?: (query: {
    readonly tenantId: string;
    /** Normalised, ASCII letters in lower case. */
    readonly email: string;
  }) => MaybePromise<readonly ExistingUser[]>;
  /** An id of your app for a new person. One that is not used is lost. Default: a random UUID. */
  readonly newUserId?: () => MaybePromise<string>;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

type MaybePromise<T> = T | Promise<T>;

/** What every decision of a person takes. */
export interface Operator {
  readonly tenantId: string;
  /** Who decides: a person, or a command on their behalf. Kept in the journal. */
  readonly actor: string;
  /** Kept in the journal. */
  readonly reason?: string | undefined;
}

/**
 * Who somebody is in your app, whichever provider says it. Operations throw `invalid_argument`, `not_found` for what the tenant does not
 * have, `failed_precondition` for what can no longer be done, and `conflict` where two people would become one.
 */
export interface IdentityLedger {
  /** Call it where a login has succeeded: `LoginResult` is what it takes. */
  resolveUser(login: { readonly profile: Profile }): Promise<IdentityOutcome>;
  /**
   * Call it in the handlers of directory events and key your table by the person. It remembers who may have access: logins of
   * people a directory has switched off or deleted are refused.
   */
  resolveDirectoryUser(event: DirectoryPersonEvent): Promise<IdentityOutcome>;
  /** The handler of `connection.deleted`: what the connection said no longer lets anybody in. */
  connectionDeleted(event: SsoEventOf<'connection.deleted'>): Promise<void>;

  /** Adds a person of your app, or changes their address. An unverified address is only ever proposed. */
  addUser(
    user: Operator & {
      readonly userId: string;
      readonly email?: string | undefined;
      readonly emailVerified?: boolean | undefined;
    },
  ): Promise<void>;
  /** Adds what you know of a person's logins so far: the connection, and `idpId` of their profile there. */
  addIdentity(
    identity: Operator & {
      readonly userId: string;
      readonly connectionId: ConnectionId;
      readonly idpId: string;
    },
  ): Promise<void>;
  /**
   * Says that two connections of a tenant lead to the same identity provider, which names people the same at both: one that was recreated, or
   * its counterpart at another vendor. Whoever is known by one is then known by the other. Doing it again does nothing.
   */
  linkConnection(
    link: Operator & { readonly connectionId: ConnectionId; readonly to: ConnectionId },
  ): Promise<void>;
  /**
   * Whose directories alone decide about access of the people they know; none: any may take it away. Of several the last word counts, which
   * is for the two organizations of a customer in a move whose events come through one relay.
   */
  setDirectoryAuthority(
    authority: Operator & { readonly organizationIds: readonly OrganizationId[] },
  ): Promise<void>;
  /** Ends what a connection, or an organization's directories, may say for this tenant: as when it was deleted, or the customer moved. */
  retireSource(source: Operator & { readonly source: ConnectionId | OrganizationId }): Promise<void>;

  /** The identity is that person. */
  confirm(proposal: Operator & { readonly proposalId: string }): Promise<Identity>;
  /** The identity is not that person, and will never be asked about again. */
  reject(proposal: Operator & { readonly proposalId: string }): Promise<void>;
  /** Gives an identity to another person. */
  relink(identity: Operator & { readonly identityId: string; readonly userId: string }): Promise<void>;
  /** Takes a link, a relink, a confirmation or a rejection back, and whatever rested on it. */
  undo(decision: Operator & { readonly sequence: number }): Promise<void>;
  /** `blocked` and `restored` outrank what directories said so far; `by_directory` is how it begins. */
  setAccess(
    access: Operator & { readonly userId: string; readonly access: LedgerUser['access'] },
  ): Promise<void>;
  /** Erases a person: what is left is ids in the journal. Who signs in again is somebody new. */
  forgetUser(user: Operator & { readonly userId: string }): Promise<void>;

  sources(tenantId: string): Promise<readonly IdentitySource[]>;
  /** All that sources say of a person. */
  identities(person: { readonly tenantId: string; readonly userId: string }): Promise<readonly Identity[]>;
  /** Open ones, of one tenant or of all, in pages of 100 unless told. */
  proposals(page?: {
    readonly tenantId?: string;
    readonly limit?: number;
    /** The last proposal of the page before. */
    readonly after?: Pick<IdentityProposal, 'tenantId' | 'id'>;
  }): Promise<readonly IdentityProposal[]>;
  /** The journal of a tenant or of one person, newest first, in pages of 100 unless told. */
  history(page: {
    readonly tenantId: string;
    readonly userId?: string;
    readonly limit?: number;
    /** `sequence` of the last entry of the page before. */
    readonly before?: number;
  }): Promise<readonly LedgerEntry[]>;
}

/** Decisions are numbered in 32 bits. */
const maxSequence = 2 ** 31 - 1;
const accessValues: ReadonlySet<string> = new Set<LedgerUser['access']>([
  'by_directory',
  'blocked',
  'restored',
]);

export function createIdentityLedger(options: IdentityLedgerOptions): IdentityLedger {
  const { store, tenantOf, verifiedDomainsOf, findUsers, newUserId = randomUUID, now = Date.now } = options;
  const at = () => new Date(now()).toISOString();

  async function decide(
    tenantId: string,
    claim: Claim,
    organizationId: OrganizationId,
  ): Promise<IdentityOutcome> {
    const query = { sources: [claim.source], key: claim.key, subject: claim.subject, address: claim.address };
    const first = resolve(tenantId, claim, await store.read(tenantId, query), null, at());
    if (first && !first.changes) return first.outcome;
    const facts = first ? null : await findFacts(tenantId, claim, organizationId);
    const userIds = facts ? [facts.newUserId, ...facts.existing.map(({ userId }) => userId)] : [];
    const decision = await store.update<Decision | null>(tenantId, { ...query, userIds }, (view) => {
      const decided = resolve(tenantId, claim, view, facts, at());
      return { changes: decided?.changes ?? null, result: decided };
    });
    // What sufficed a moment ago no longer does: from the beginning.
    return decision ? decision.outcome : decide(tenantId, claim, organizationId);
  }

  async function findFacts(
    tenantId: string,
    { kind, source, address }: Claim,
    organizationId: OrganizationId,
  ): Promise<Facts> {
    const connectionId = kind === 'login' ? (source as ConnectionId) : null;
    const [domains, existing, userId] = await Promise.all([
      address === null ? [] : verifiedDomainsOf({ tenantId, organizationId, connectionId }),
      address === null || !findUsers ? [] : findUsers({ tenantId, email: address }),
      newUserId(),
    ]);
    requireText('identity.newUserId', { userId });
    for (const user of existing) requireText('identity.findUsers', { userId: user.userId });
    return {
      domains,
      newUserId: userId,
      existing: existing.filter(({ email }) => toAddress(email) === address),
    };
  }

  /** Runs an operation on what it is about. */
  async function operate<T>(
    operation: string,
    { tenantId, actor, reason }: Operator,
    query: LedgerQuery,
    run: (draft: Draft) => T,
  ): Promise<T> {
    requireText(operation, { tenantId, actor });
    return store.update(tenantId, query, (view) => {
      const draft = new Draft(createPeople(tenantId, view), { actor, at: at(), reason });
      const result = naming(operation, () => run(draft));
      return { changes: draft.changes, result };
    });
  }

  /** The tenant an organization belongs to. */
  async function findTenant(organizationId: OrganizationId | null): Promise<string | null> {
    const tenantId = organizationId === null ? null : await tenantOf(organizationId);
    if (!tenantId) return null;
    requireText('identity.tenantOf', { tenantId });
    return tenantId;
  }

  return {
    async resolveUser({ profile }) {
      const { organizationId } = profile;
      const tenantId = await findTenant(organizationId);
      if (organizationId === null || tenantId === null) return refuse('tenant_unknown', null).outcome;
      if (profile.connectionId === null) return refuse('connection_unknown', tenantId).outcome;
      const claim = claimOfLogin(profile);
      return claim ? decide(tenantId, claim, organizationId) : refuse('subject_unknown', tenantId).outcome;
    },
    async resolveDirectoryUser(event) {
      const organizationId = event.organizationId ?? event.data.user.organizationId;
      const tenantId = await findTenant(organizationId);
      if (organizationId === null || tenantId === null) return refuse('tenant_unknown', null).outcome;
      return decide(tenantId, claimOfDirectoryUser(event, organizationId), organizationId);
    },
    async connectionDeleted(event) {
      const { id } = event.data.connection;
      // The vendor may no longer tell whose it was.
      const source = await store.findSource(id);
      if (!source) return;
      const { tenantId } = source;
      await operate('identity.connectionDeleted', { tenantId, actor: id }, { sources: [id] }, (draft) =>
        retireSource(draft, id, orderOf(event)),
      );
    },

    async addUser({ userId, email, emailVerified = false, ...operator }) {
      const operation = 'identity.addUser';
      requireText(operation, { userId });
      const address = email === undefined ? null : toAddress(email);
      if (email !== undefined && address === null)
        throw invalidArgument(`${operation}: "email" is no e-mail address`, { operation });
      await operate(operation, operator, { userIds: [userId] }, (draft) =>
        addUser(draft, { id: userId, address, addressVerified: address !== null && emailVerified }),
      );
    },
    async addIdentity({ userId, connectionId, idpId, ...operator }) {
      const operation = 'identity.addIdentity';
      requireText(operation, { userId, idpId });
      requireQualified(operation, connectionId);
      const query = { userIds: [userId], sources: [connectionId], key: idpId, subject: idpId };
      await operate(operation, operator, query, (draft) => addIdentity(draft, userId, connectionId, idpId));
    },
    async linkConnection({ connectionId, to, ...operator }) {
      const operation = 'identity.linkConnection';
      for (const id of [connectionId, to]) requireQualified(operation, id);
      const query = { sources: [connectionId, to], disputed: [connectionId, to] };
      await operate(operation, operator, query, (draft) => linkConnection(draft, connectionId, to));
    },
    async setDirectoryAuthority({ organizationIds, ...operator }) {
      const operation = 'identity.setDirectoryAuthority';
      for (const organizationId of organizationIds) requireQualified(operation, organizationId);
      await operate(operation, operator, { sources: organizationIds }, (draft) =>
        setAuthority(draft, organizationIds),
      );
    },
    async retireSource({ source, ...operator }) {
      const operation = 'identity.retireSource';
      requireQualified(operation, source);
      await operate(operation, operator, { sources: [source] }, (draft) => {
        if (!draft.people.liveSource(source))
          fail('not_found', `no living source "${source}" in this tenant`);
        retireSource(draft, source, orderOf({ occurredAt: at(), id: '' }));
      });
    },

    async confirm({ proposalId, ...operator }) {
      const operation = 'identity.confirm';
      requireText(operation, { proposalId });
      const query = { proposalIds: [proposalId] };
      return operate(operation, operator, query, (draft) => confirmProposal(draft, proposalId));
    },
    async reject({ proposalId, ...operator }) {
      const operation = 'identity.reject';
      requireText(operation, { proposalId });
      const query = { proposalIds: [proposalId] };
      await operate(operation, operator, query, (draft) => rejectProposal(draft, proposalId));
    },
    async relink({ identityId, userId, ...operator }) {
      const operation = 'identity.relink';
      requireText(operation, { identityId, userId });
      const query = { identityIds: [identityId], userIds: [userId] };
      await operate(operation, operator, query, (draft) => relinkIdentity(draft, identityId, userId));
    },
    async undo({ sequence, ...operator }) {
      const operation = 'identity.undo';
      if (!Number.isInteger(sequence) || sequence < 1 || sequence > maxSequence)
        throw invalidArgument(`${operation}: "sequence" must be that of a decision`, { operation });
      await operate(operation, operator, { sequence }, (draft) => undo(draft, sequence));
    },
    async setAccess({ userId, access, ...operator }) {
      const operation = 'identity.setAccess';
      requireText(operation, { userId });
      if (!accessValues.has(access)) {
        const message = `${operation}: "access" must be one of ${[...accessValues].join(', ')}`;
        throw invalidArgument(message, { operation });
      }
      await operate(operation, operator, { userIds: [userId] }, (draft) => setAccess(draft, userId, access));
    },
    async forgetUser({ userId, ...operator }) {
      const operation = 'identity.forgetUser';
      requireText(operation, { userId });
      await operate(operation, operator, { userIds: [userId] }, (draft) => forgetUser(draft, userId));
    },

    sources: async (tenantId) => {
      const { sources } = await store.read(tenantId, {});
      return sources;
    },
    async identities({ tenantId, userId }) {
      const people = createPeople(tenantId, await store.read(tenantId, { userIds: [userId] }));
      return people.identitiesOf(userId);
    },
    proposals: ({ limit = 100, ...query } = {}) => store.openProposals({ limit, ...query }),
    history: ({ limit = 100, ...query }) => store.entries({ limit, ...query }),
  };
}

function requireText(operation: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!isLasting(value)) {
      const message = `${operation}: "${name}" must be a text of 1 to 1024 bytes, well-formed and without NUL`;
      throw invalidArgument(message, { operation });
    }
  }
}

function requireQualified(operation: string, id: string): void {
  requireText(operation, { id });
  naming(operation, () => parseQualifiedId(id));
}

/** Says in an error what was tried. */
function naming<T>(operation: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!SsoError.isInstance(error)) throw error;
    const { code, message } = error;
    throw new SsoError({ code, message: `${operation}: ${message}`, operation });
  }
}
