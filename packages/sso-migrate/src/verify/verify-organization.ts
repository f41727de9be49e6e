import type { Migration } from '@org/sso-core/migration';
import { takeCounterpart } from '../counterpart.js';
import type {
  InventoriedConnection,
  InventoriedDirectory,
  InventoriedOrganization,
} from '../inventory/inventory.js';
import { createSampler } from '../sample.js';
import type { CallSettings, Side } from '../side.js';
import { checkDirectories } from './check-directories.js';
import { check } from './check.js';
import { toDifference, type PeopleComparisonOptions } from './compare-people.js';
import { checkLogin, type TestLogin } from './test-login.js';
import type { Verification, VerificationCheck } from './verification.js';

export interface VerifyOrganization {
  readonly tenantId: string;
  readonly from: Side;
  readonly to: Side;
  readonly source: InventoriedOrganization;
  /** `null` when the target does not have it. */
  readonly target: InventoriedOrganization | null;
  /** Whose events are followed and whose logins are routed; `null` before the first `apply`. */
  readonly enrolled: Pick<Migration, 'organizations' | 'domains'> | null;
  readonly people: PeopleComparisonOptions;
  readonly testLogin: TestLogin | undefined;
  readonly settings: CallSettings;
  readonly now: () => number;
}

export async function verifyOrganization(work: VerifyOrganization): Promise<Verification> {
  const { tenantId, from, to, source, target, now } = work;
  const at = new Date(now()).toISOString();
  const checks = target
    ? [
        checkEnrolled(work, target),
        checkDomains(work, target),
        ...(await checkConnections(work, target)),
        ...(await checkAllDirectories(work, target)),
      ]
    : [
        check(
          'organization',
          'failed',
          `${to.provider.id} has no organization "${tenantId}": apply the plan.`,
        ),
      ];
  return {
    tenantId,
    at,
    from: { provider: from.provider.id, organizationId: source.id },
    to: { provider: to.provider.id, organizationId: target?.id ?? null },
    outcome: outcomeOf(checks),
    checks,
    connections: target ? pairConnections(source, target).flatMap(toPair) : [],
  };
}

function outcomeOf(checks: readonly VerificationCheck[]): Verification['outcome'] {
  if (checks.some(({ outcome }) => outcome === 'failed')) return 'red';
  return checks.some(({ outcome }) => outcome === 'error') ? 'incomplete' : 'green';
}

/** Whoever has the tenant id by now is not who takes part in the move, unless it was enrolled. */
function checkEnrolled(
  { to, enrolled }: VerifyOrganization,
  { id }: InventoriedOrganization,
): VerificationCheck {
  const known = enrolled?.organizations.to ?? id;
  return known === id
    ? check('organization', 'passed', `It is ${id}.`)
    : check(
        'organization',
        'failed',
        `It is ${id} at ${to.provider.id} now, and ${known} was enrolled: roll back to observe, then make the plan anew and apply it.`,
      );
}

/** What is verified at the source is verified at the target, and logins with it are routed. More there is told, and no failure. */
function checkDomains(
  { source, enrolled }: VerifyOrganization,
  target: InventoriedOrganization,
): VerificationCheck {
  const wanted = source.domains.filter(({ status }) => status === 'verified');
  const there = new Map(target.domains.map(({ domain, status }) => [domain, status]));
  const missing = createSampler();
  const unproven = createSampler();
  const extra = createSampler();
  for (const { domain } of wanted) {
    const status = there.get(domain);
    if (status === undefined) missing.add(domain);
    else if (status !== 'verified') unproven.add(domain);
  }
  const own = new Set(source.domains.map(({ domain }) => domain));
  for (const domain of there.keys()) if (!own.has(domain)) extra.add(domain);
  const differences = [
    toDifference('missing', 'to', missing),
    toDifference('not_verified', 'to', unproven),
    toDifference('extra', 'to', extra),
  ].filter(({ count }) => count > 0);
  const compared = { from: wanted.length, to: there.size };
  if (missing.count + unproven.count > 0) {
    const words = [...missing.examples, ...unproven.examples].join(', ');
    return { ...check('domains', 'failed', `Not verified at the target: ${words}.`, differences), compared };
  }
  const unrouted = wanted
    .map(({ domain }) => domain)
    .filter((domain) => enrolled?.domains.includes(domain) === false);
  if (unrouted.length > 0) {
    const message = `Verified since the plan was applied: ${unrouted.join(', ')}. Make the plan anew and apply it, or logins with it stay where they are.`;
    return { ...check('domains', 'failed', message, differences), compared };
  }
  return wanted.length === 0
    ? { ...check('domains', 'not_needed', 'It has no verified domain.', differences), compared }
    : {
        ...check('domains', 'passed', 'All verified domains are verified at the target.', differences),
        compared,
      };
}

interface ConnectionPair {
  readonly connection: InventoriedConnection;
  readonly counterpart: InventoriedConnection | undefined;
}

/** Connections that accept logins at the source, each with the target's that stands for it. */
function pairConnections(
  source: InventoriedOrganization,
  target: InventoriedOrganization,
): readonly ConnectionPair[] {
  const wanted = source.connections.filter(({ acceptsLogins }) => acceptsLogins);
  const free = [...target.connections];
  return wanted.map((connection) => ({
    connection,
    counterpart: takeCounterpart<InventoriedConnection>(free, connection, wanted.length === 1),
  }));
}

function toPair({ connection, counterpart }: ConnectionPair): Verification['connections'] {
  return counterpart?.acceptsLogins ? [{ from: connection.id, to: counterpart.id }] : [];
}

async function checkConnections(
  { to, source, testLogin, settings }: VerifyOrganization,
  target: InventoriedOrganization,
): Promise<VerificationCheck[]> {
  const wanted = source.connections.filter(({ acceptsLogins }) => acceptsLogins);
  if (wanted.length === 0) {
    return [
      check('connection', 'not_needed', 'No connection accepts logins at the source.'),
      check('login', 'not_needed', 'No connection accepts logins at the source.'),
    ];
  }
  const pairs = pairConnections(source, target);
  const missing = createSampler();
  for (const { connection, counterpart } of pairs)
    if (!counterpart?.acceptsLogins) missing.add(connection.id);
  if (missing.count > 0) {
    const states = pairs.map(
      ({ connection, counterpart }) =>
        `${connection.id} has ${counterpart ? `${counterpart.id}, which is ${counterpart.status}` : 'no counterpart'}`,
    );
    return [
      check('connection', 'failed', `The target does not accept logins yet: ${states.join('; ')}.`, [
        toDifference('missing', 'to', missing),
      ]),
      check('login', 'not_possible', 'A test login needs a connection that accepts logins.'),
    ];
  }
  const logins: VerificationCheck[] = [];
  for (const { counterpart } of pairs) {
    const ref = { organizationId: target.id, connectionId: counterpart!.id };
    logins.push(await checkLogin(to, ref, testLogin, settings.signal));
  }
  return [check('connection', 'passed', 'The target accepts logins.'), ...logins];
}

async function checkAllDirectories(
  { from, to, source, people, settings }: VerifyOrganization,
  target: InventoriedOrganization,
): Promise<VerificationCheck[]> {
  const wanted = source.directories.filter(({ status }) => status !== 'inactive' && status !== 'deleting');
  if (wanted.length === 0) return [check('directory', 'not_needed', 'It has no directory at the source.')];
  const free = [...target.directories];
  const checks: VerificationCheck[] = [];
  for (const directory of wanted) {
    const counterpart = takeCounterpart<InventoriedDirectory>(free, directory, wanted.length === 1);
    if (!counterpart) {
      const missing = createSampler();
      missing.add(directory.id);
      checks.push(
        check('directory', 'failed', `${directory.id} has no counterpart at the target yet.`, [
          toDifference('missing', 'to', missing),
        ]),
      );
      continue;
    }
    checks.push({
      ...check(
        'directory',
        counterpart.status === 'active' ? 'passed' : 'failed',
        `The counterpart of ${directory.id} is ${counterpart.id}, which is ${counterpart.status}.`,
      ),
      directories: { from: directory.id, to: counterpart.id },
    });
    if (counterpart.status !== 'active') continue;
    checks.push(
      ...(await checkDirectories(
        {
          from: { side: from, ref: { organizationId: source.id, directoryId: directory.id } },
          to: { side: to, ref: { organizationId: target.id, directoryId: counterpart.id } },
        },
        people,
        settings,
      )),
    );
  }
  return checks;
}
