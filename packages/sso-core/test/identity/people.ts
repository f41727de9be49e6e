import { randomUUID } from 'node:crypto';
import { connectionId, SsoError, type ConnectionId, type OrganizationId } from '@org/sso-core';
import {
  createIdentityLedger,
  type DirectoryPersonEvent,
  type IdentityOutcome,
  type IdentityProposal,
  type IdentityStore,
} from '@org/sso-core/identity';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectionDeleted, directoryEvent, login } from './support.js';

type IdentityProvider = 'okta' | 'entra';

/** Somebody, as they really are. */
interface Person {
  readonly name: string;
  readonly identityProvider: IdentityProvider;
  readonly subject: string;
  /** What directories call them. */
  readonly externalId: string;
  email: string | null;
  renamed: boolean;
  /** Left for good. */
  gone: boolean;
  /** By vendor: the directory user, and whether the directory lets them in. */
  readonly records: Map<Vendor, { id: string; number: number; status: 'active' | 'inactive' | 'deleted' }>;
  /** Has the address of somebody who left. */
  readonly successor: boolean;
}

interface Connection {
  readonly id: ConnectionId;
  readonly identityProvider: IdentityProvider;
  alive: boolean;
}

type Vendor = 'workos' | 'scalekit';

const kinds = [
  'login',
  'login',
  'login',
  'login',
  'recreate',
  'recreateSilently',
  'recreateSame',
  'addConnection',
  'link',
  'link',
  'linkWrongly',
  'hire',
  'hire',
  'deactivate',
  'reactivate',
  'leave',
  'tellAgain',
  'rename',
  'answer',
  'answer',
  'foreign',
  'homoglyph',
  'recycle',
  'import',
  'relinkWrongly',
] as const;

/** What happens; numbers choose among what there is. */
type Happening = readonly [kind: (typeof kinds)[number], first: number, second: number];

const someHappenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.tuple(fc.constantFrom(...kinds), fc.nat(40), fc.nat(40)),
  { minLength: 1, maxLength: 40 },
);

/** Both number their people alike, some in another way in directories, and some addresses are missing or on no domain the tenant has verified. */
function createPeople(): Person[] {
  return (['okta', 'entra'] as const).flatMap((identityProvider) =>
    Array.from({ length: 5 }, (_, index) => ({
      name: `${identityProvider}-${index}`,
      identityProvider,
      subject: `00u${index}`,
      externalId: index === 1 || index === 2 ? `ext${index}` : `00u${index}`,
      email:
        index === 4
          ? null
          : `${identityProvider}${index}@${index % 2 === 0 ? 'acme.example' : 'contractor.example'}`,
      renamed: false,
      gone: false,
      records: new Map(),
      successor: false,
    })),
  );
}

const operatorMay = new Set(['conflict', 'failed_precondition', 'invalid_argument']);

class World {
  readonly people = createPeople();
  readonly connections: Connection[] = [];
  /** Of whom a user of the app is: known from the app's own table, or from what the ledger said. */
  readonly owners = new Map<string, Person | 'squatter'>([
    ['app-okta-0', this.person('okta-0')],
    ['app-entra-0', this.person('entra-0')],
    ['squatter-1', 'squatter'],
    ['squatter-2', 'squatter'],
  ]);
  readonly userOf = new Map<Person, string>();
  readonly heard = new Set<Person>();
  readonly told: DirectoryPersonEvent[] = [];
  readonly log: string[] = [];
  readonly violations: string[] = [];
  readonly tenantId = randomUUID();
  readonly foreignTenantId = randomUUID();
  readonly operator = { tenantId: this.tenantId, actor: 'operator' };
  readonly ledger;
  readonly #store: IdentityStore;
  #clock = 0;
  #count = 0;
  /** Two identity providers are linked by mistake: what the ledger says is wrong until that is undone. */
  #isMistaken = false;

  constructor(store: IdentityStore) {
    this.#store = store;
    this.ledger = createIdentityLedger({
      store,
      tenantOf: (organizationId) =>
        organizationId === this.#organization('workos') || organizationId === this.#organization('scalekit')
          ? this.tenantId
          : this.foreignTenantId,
      // Everybody verifies the same domain: tenants are apart all the same.
      verifiedDomainsOf: () => ['acme.example'],
      findUsers: ({ tenantId, email }) => {
        if (tenantId !== this.tenantId) return [];
        return [
          { userId: 'app-okta-0', email: 'okta0@acme.example', emailVerified: true },
          { userId: 'app-entra-0', email: 'Entra0@acme.example', emailVerified: false },
          { userId: 'squatter-1', email: 'okta1@contractor.example', emailVerified: false },
          { userId: 'squatter-2', email: 'okta2@acme.example', emailVerified: false },
        ].filter((user) => user.email.toLowerCase() === email);
      },
    });
    for (const identityProvider of ['okta', 'entra'] as const) this.#connect('workos', identityProvider);
  }

  person(name: string): Person {
    return this.people.find((person) => person.name === name)!;
  }

  #organization(vendor: Vendor): OrganizationId {
    return `${vendor}:org_${this.tenantId}` as OrganizationId;
  }

  #connect(vendor: Vendor, identityProvider: IdentityProvider, id?: ConnectionId): Connection {
    this.#count += 1;
    const connection = {
      id: id ?? connectionId(`${vendor}:conn_${this.#count}_${this.tenantId}`),
      identityProvider,
      alive: true,
    };
    this.connections.push(connection);
    return connection;
  }

  /** Ledger and truth agree: nobody is two people, no two are one, and whoever lost access stays out. */
  #see(person: Person, outcome: IdentityOutcome): void {
    this.log.push(`${person.name} ${outcome.status} ${'userId' in outcome ? outcome.userId : ''}`);
    if (this.#isMistaken) return;
    if (outcome.status === 'refused') {
      this.#must(outcome.reason === 'deprovisioned', `${person.name} is refused: ${outcome.reason}`);
      this.#must(!this.hasAccess(person) || person.successor, `${person.name} is locked out`);
    }
    if (outcome.status === 'needs_confirmation' || outcome.status === 'refused') return;
    const { userId } = outcome;
    this.#must((this.owners.get(userId) ?? person) === person, `${person.name} and another are ${userId}`);
    this.#must((this.userOf.get(person) ?? userId) === userId, `${person.name} is two`);
    this.owners.set(userId, person);
    this.userOf.set(person, userId);
    if (!person.renamed) this.#must(this.hasAccess(person), `${person.name} is let in`);
  }

  #must(holds: boolean, violation: string): void {
    if (!holds) this.violations.push(violation);
    this.log.push(...(holds ? [] : [`VIOLATION: ${violation}`]));
  }

  hasAccess(person: Person): boolean {
    return [...person.records.values()].every(({ status }) => status === 'active');
  }

  async login(person: Person, choice: number): Promise<IdentityOutcome> {
    const usable = this.connections.filter(
      ({ alive, identityProvider }) => alive && identityProvider === person.identityProvider,
    );
    const connection =
      usable[choice % Math.max(1, usable.length)] ?? this.#connect('workos', person.identityProvider);
    const [provider] = connection.id.split(':') as [Vendor];
    this.heard.add(person);
    const outcome = await this.ledger.resolveUser(
      login({
        connection: connection.id,
        idpId: person.subject,
        email: person.email,
        organization: this.#organization(provider),
      }),
    );
    this.log.push(`by ${connection.id}`);
    this.#see(person, outcome);
    return outcome;
  }

  /** The directory of a vendor changes somebody and says so. Of one vendor the events do not tell which directory. */
  async #tell(person: Person, vendor: Vendor, status: 'active' | 'inactive' | 'deleted'): Promise<void> {
    const known = person.records.get(vendor);
    if (status !== 'active' && (!known || known.status === 'deleted')) return;
    const isNew = !known || known.status === 'deleted';
    const number = isNew ? (known?.number ?? 0) + 1 : known.number;
    const record = { id: `${vendor}:${person.name}-${number}-${this.tenantId}`, number, status };
    person.records.set(vendor, record);
    this.heard.add(person);
    const type = status === 'deleted' ? 'deleted' : isNew ? 'created' : 'updated';
    this.#clock += 1;
    const event = directoryEvent(`directory.user.${type}`, {
      id: record.id,
      idpId: person.externalId,
      email: person.email,
      status: status === 'deleted' ? 'active' : status,
      directory: vendor === 'workos' ? `workos:dir_${person.identityProvider}` : null,
      organization: this.#organization(vendor),
      at: this.#clock,
    });
    this.told.push(event);
    this.#see(person, await this.ledger.resolveDirectoryUser(event));
  }

  async #link(id: ConnectionId, to: ConnectionId): Promise<boolean> {
    try {
      await this.ledger.linkConnection({ ...this.operator, connectionId: id, to });
      return true;
    } catch (error) {
      if (!SsoError.isInstance(error) || !operatorMay.has(error.code)) throw error;
      return false;
    }
  }

  async #undoNewest(action: string): Promise<void> {
    const entries = await this.ledger.history({ tenantId: this.tenantId, limit: 1000 });
    const { sequence } = entries.find((entry) => entry.action === action)!;
    await this.ledger.undo({ ...this.operator, sequence });
  }

  /** Who an open question is about. */
  async #personAsked({ identityId }: IdentityProposal): Promise<Person> {
    const { identities } = await this.#store.read(this.tenantId, { identityIds: [identityId] });
    const identity = identities.find(({ id }) => id === identityId)!;
    const found = this.people.find((person) =>
      identity.kind === 'directory_user'
        ? identity.key.split(':')[1]!.startsWith(`${person.name}-`)
        : identity.key === person.subject &&
          this.connections.find(({ id }) => id === identity.source)!.identityProvider ===
            person.identityProvider,
    );
    return found!;
  }

  async #ownerOf(userId: string): Promise<Person | 'squatter'> {
    const known = this.owners.get(userId);
    if (known) return known;
    // Made while the ledger was mistaken: whoever was seen first.
    const entries = await this.ledger.history({ tenantId: this.tenantId, userId, limit: 1000 });
    const first = entries.find(({ action }) => action === 'user_created')!;
    return this.#personAsked({ identityId: first.identityId! } as IdentityProposal);
  }

  /** Somebody who knows looks at an open question. */
  async answer(choice: number): Promise<boolean> {
    const open = await this.ledger.proposals({ tenantId: this.tenantId });
    const proposal = open[choice % Math.max(1, open.length)];
    if (!proposal) return false;
    const person = await this.#personAsked(proposal);
    const isRight = (await this.#ownerOf(proposal.userId)) === person;
    this.log.push(`${isRight ? 'confirm' : 'reject'} ${person.name} as ${proposal.userId}`);
    const { id: proposalId } = proposal;
    if (isRight) await this.ledger.confirm({ ...this.operator, proposalId });
    else await this.ledger.reject({ ...this.operator, proposalId });
    return true;
  }

  async happen([kind, first, second]: Happening): Promise<void> {
    const present = this.people.filter(({ gone }) => !gone);
    const person = present[first % present.length]!;
    const connection = this.connections[first % this.connections.length]!;
    const vendor: Vendor = second % 2 === 0 ? 'workos' : 'scalekit';
    this.log.push(`— ${kind} ${first} ${second}`);
    switch (kind) {
      case 'login':
        await this.login(person, second);
        break;
      case 'recreate':
      case 'recreateSame':
      case 'recreateSilently': {
        connection.alive = false;
        this.#clock += 1;
        if (kind !== 'recreateSilently')
          await this.ledger.connectionDeleted(connectionDeleted(connection.id, this.#clock));
        const id = kind === 'recreateSame' ? connection.id : undefined;
        this.#connect(connection.id.split(':')[0] as Vendor, connection.identityProvider, id);
        break;
      }
      case 'addConnection':
        this.#connect(vendor, person.identityProvider);
        break;
      case 'link': {
        const peers = this.connections.filter(
          (peer) => peer.identityProvider === connection.identityProvider,
        );
        await this.#link(connection.id, peers[second % peers.length]!.id);
        break;
      }
      case 'linkWrongly': {
        const others = this.connections.filter(
          (peer) => peer.identityProvider !== connection.identityProvider,
        );
        if (!(await this.#link(connection.id, others[second % others.length]!.id))) break;
        this.#isMistaken = true;
        for (let index = 0; index < 5; index += 1)
          await this.login(this.people[(first + index * 3) % this.people.length]!, second + index);
        await this.#undoNewest('source_linked');
        this.#isMistaken = false;
        break;
      }
      case 'hire':
      case 'reactivate':
        await this.#tell(person, vendor, 'active');
        break;
      case 'deactivate':
        await this.#tell(person, vendor, 'inactive');
        break;
      case 'leave':
        await this.#tell(person, vendor, 'deleted');
        break;
      case 'tellAgain': {
        const event = this.told[first % Math.max(1, this.told.length)];
        if (event) await this.ledger.resolveDirectoryUser(event);
        break;
      }
      case 'rename':
        if (person.email === null || Number(person.subject.slice(3)) < 3 || person.successor) break;
        person.email = `new-${person.email}`;
        person.renamed = true;
        break;
      case 'answer':
        await this.answer(first);
        break;
      case 'foreign': {
        const { subject, email } = person;
        const outcome = await this.ledger.resolveUser(
          login({
            connection: `workos:conn_${this.foreignTenantId}`,
            idpId: subject,
            email,
            organization: `workos:org_${this.foreignTenantId}`,
          }),
        );
        this.#must(
          outcome.status !== 'refused' && outcome.status !== 'linked',
          'Another tenant is not itself',
        );
        if ('userId' in outcome) this.#must(!this.owners.has(outcome.userId!), 'Another tenant is this one');
        break;
      }
      case 'homoglyph': {
        if (person.email === null) break;
        const email = person.email.replace('a', 'а').replace('o', 'о');
        const name = `impostor-${person.name}`;
        const subject = `impostor of ${name}`;
        const impostor = { ...person, name, subject, externalId: subject, email, records: new Map() };
        if (!this.people.some((known) => known.name === name)) this.people.push(impostor);
        await this.login(this.person(name), second);
        break;
      }
      case 'recycle': {
        if (person.email === null || person.renamed || person.successor) break;
        if (person.records.size === 0) await this.#tell(person, vendor, 'active');
        for (const of of person.records.keys()) await this.#tell(person, of, 'deleted');
        person.gone = true;
        const name = `successor-${person.name}-${this.people.length}`;
        const subject = `${person.subject}-${this.people.length}`;
        const externalId = subject;
        const successor = {
          ...person,
          name,
          subject,
          externalId,
          records: new Map(),
          gone: false,
          successor: true,
        };
        this.people.push(successor);
        await this.login(successor, second);
        break;
      }
      case 'import': {
        if (
          this.heard.has(person) ||
          person.email === null ||
          person.name === 'okta-0' ||
          person.name === 'entra-0'
        )
          break;
        const userId = `imported-${person.name}`;
        await this.ledger.addUser({ ...this.operator, userId, email: person.email, emailVerified: true });
        const own = this.connections.filter(
          (each) => each.alive && each.identityProvider === person.identityProvider,
        );
        const known = own[second % Math.max(1, own.length)];
        if (known)
          await this.ledger.addIdentity({
            ...this.operator,
            userId,
            connectionId: known.id,
            idpId: person.subject,
          });
        this.heard.add(person);
        this.owners.set(userId, person);
        this.userOf.set(person, userId);
        break;
      }
      case 'relinkWrongly': {
        const userId = this.userOf.get(person);
        const other = [...this.userOf.values()].find((id) => id !== userId);
        if (userId === undefined || other === undefined) break;
        const identities = await this.ledger.identities({ tenantId: this.tenantId, userId });
        const identity = identities[second % Math.max(1, identities.length)];
        if (!identity) break;
        await this.ledger.relink({ ...this.operator, identityId: identity.id, userId: other });
        await this.#undoNewest('identity_linked');
        break;
      }
    }
  }

  /** All questions are answered and everybody signs in. */
  async settle(): Promise<void> {
    // Who is found by one answer may be who another one asks about.
    for (let round = 0; round < 10; round += 1) {
      while (await this.answer(0));
      for (const person of this.people) await this.login(person, 0);
      if ((await this.ledger.proposals({ tenantId: this.tenantId })).length === 0) break;
    }
    const open = await this.ledger.proposals({ tenantId: this.tenantId });
    this.#must(open.length === 0, 'Questions are left open');
    for (const person of this.people) {
      const { status } = await this.login(person, 0);
      this.#must(
        status === (this.hasAccess(person) ? 'known' : 'refused'),
        `${person.name} ends as ${status}`,
      );
    }
  }
}

async function violationsOf(happenings: readonly Happening[], store: IdentityStore): Promise<string[]> {
  const world = new World(store);
  for (const happening of happenings) await world.happen(happening);
  await world.settle();
  return world.violations.length === 0 ? [] : world.log;
}

/** Whatever happens in whatever order, people stay who they are. */
export function testPeople(createStore: () => Promise<IdentityStore>, numRuns: number): void {
  test(
    'no person becomes two, nor two one, and whoever lost access stays out',
    { timeout: 120_000 },
    async () => {
      const store = await createStore();
      await fc.assert(
        fc.asyncProperty(someHappenings, async (happenings) => {
          expect(await violationsOf(happenings, store)).toEqual([]);
        }),
        { numRuns },
      );
    },
  );
}
