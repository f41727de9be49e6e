import { readFile } from 'node:fs/promises';
import { generatedDirectory, parseDirectory, type SeedDirectory } from './directory-seed.js';
import {
  absoluteUrl,
  defined,
  fields,
  flag,
  InvalidInputError,
  list,
  oneOf,
  optional,
  record,
  text,
  wholeNumber,
} from './parse.js';

export const protocols = ['saml', 'oidc', 'oauth'] as const;
export type Protocol = (typeof protocols)[number];

export const identityProviders = [
  'okta',
  'entra-id',
  'google',
  'onelogin',
  'jumpcloud',
  'ping',
  'generic',
] as const;
export type IdentityProvider = (typeof identityProviders)[number];

/** A person in a simulated identity provider; `id` is the subject it asserts. */
export interface IdpUser {
  readonly id: string;
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly groups?: readonly string[];
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface SeedConnection {
  readonly name?: string;
  readonly protocol: Protocol;
  readonly identityProvider: IdentityProvider;
  /** The vendor's own word; a working connection when absent. */
  readonly status?: string;
  /** Scalekit only. */
  readonly enabled?: boolean;
  /** E-mail domains routed to this connection. */
  readonly domains?: readonly string[];
  readonly users?: readonly IdpUser[];
  /** Whether a login may start at the identity provider; `true` when absent. */
  readonly allowIdpInitiated?: boolean;
  /** Merged over the wire object: unknown enum values, nulls, fields we do not know yet. */
  readonly vendorFields?: Readonly<Record<string, unknown>>;
  /** Left out of the wire object. */
  readonly omitFields?: readonly string[];
}

export interface SeedOrganization {
  readonly name: string;
  readonly externalId?: string;
  readonly domains?: readonly string[];
  readonly connections?: readonly SeedConnection[];
  readonly directories?: readonly SeedDirectory[];
}

/** The schema of an action of audit logs; `metadata` are JSON Schemas, as in WorkOS's API. */
export interface SeedAuditAction {
  readonly action: string;
  readonly targets: readonly { readonly type: string; readonly metadata?: object }[];
  readonly actor?: { readonly metadata: object };
  readonly metadata?: object;
}

/** What an emulator holds when it starts, the same shape for every vendor. */
export interface Seed {
  readonly organizations: readonly SeedOrganization[];
  /** Absent: any `http://localhost:*` and `http://127.0.0.1:*` is registered. The first is the default. */
  readonly redirectUris?: readonly string[];
  /** Scalekit only: where logins that start at the identity provider arrive. */
  readonly initiateLoginUrl?: string;
  /** WorkOS only: actions events of which audit logs accept. */
  readonly auditActions?: readonly SeedAuditAction[];
  /** Adds this many plain organizations, and an organization whose directory has this many users. */
  readonly generate?: { readonly organizations?: number; readonly directoryUsers?: number };
}

export const defaultSeed: Seed = {
  organizations: [
    {
      name: 'Acme Corp',
      externalId: 'tenant_acme',
      domains: ['acme.example'],
      connections: [
        {
          name: 'Acme Okta',
          protocol: 'saml',
          identityProvider: 'okta',
          domains: ['acme.example'],
          users: [
            {
              id: '00u1ada',
              email: 'ada@acme.example',
              firstName: 'Ada',
              lastName: 'Adams',
              groups: ['Engineering'],
            },
            {
              id: '00u1ben',
              email: 'ben@acme.example',
              firstName: 'Ben',
              lastName: 'Baker',
              groups: ['Sales'],
            },
          ],
        },
      ],
      directories: [
        {
          name: 'Acme Okta Directory',
          identityProvider: 'okta',
          users: [
            {
              id: '00u1ada',
              email: 'ada@acme.example',
              firstName: 'Ada',
              lastName: 'Adams',
              title: 'Engineer',
              department: 'R&D',
              groups: ['Engineering'],
            },
            {
              id: '00u1ben',
              email: 'ben@acme.example',
              firstName: 'Ben',
              lastName: 'Baker',
              groups: ['Sales'],
            },
          ],
        },
      ],
    },
    {
      name: 'Globex',
      externalId: 'tenant_globex',
      domains: ['globex.example'],
      connections: [
        {
          name: 'Globex Entra ID',
          protocol: 'oidc',
          identityProvider: 'entra-id',
          domains: ['globex.example'],
          users: [
            {
              id: 'b7a0f6c2-5a1d-4c55-9a53-0c5f0d6f2c11',
              email: 'cara@globex.example',
              firstName: 'Cara',
              lastName: 'Cole',
            },
          ],
        },
      ],
    },
  ],
};

/** Reads and checks a seed file. */
export async function readSeedFile(path: string): Promise<Seed> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError(
      `${path}:`,
      error instanceof SyntaxError ? `is not JSON (${reason})` : `cannot be read (${reason})`,
    );
  }
  return parseSeed(value, `${path}: `);
}

/** Checks a seed; `source` is put before the place of a fault. */
export function parseSeed(value: unknown, source = ''): Seed {
  const seed = fields(value, `${source}seed`, [
    'organizations',
    'redirectUris',
    'initiateLoginUrl',
    'auditActions',
    'generate',
  ]);
  const place = (name: string): string => `${source}${name}`;
  return defined({
    organizations: list(seed['organizations'] ?? [], place('organizations'), parseOrganization),
    redirectUris: optional(seed['redirectUris'], place('redirectUris'), (uris, at) =>
      list(uris, at, absoluteUrl),
    ),
    initiateLoginUrl: optional(seed['initiateLoginUrl'], place('initiateLoginUrl'), absoluteUrl),
    auditActions: optional(seed['auditActions'], place('auditActions'), (actions, at) =>
      list(actions, at, parseAuditAction),
    ),
    generate: optional(seed['generate'], place('generate'), (generate, at) => {
      const given = fields(generate, at, ['organizations', 'directoryUsers']);
      return defined({
        organizations: optional(given['organizations'], `${at}.organizations`, wholeNumber),
        directoryUsers: optional(given['directoryUsers'], `${at}.directoryUsers`, wholeNumber),
      });
    }),
  });
}

/** The organizations a seed's `generate` stands for. */
export function* generatedOrganizations({
  organizations = 0,
  directoryUsers = 0,
}: Seed['generate'] = {}): Generator<SeedOrganization> {
  for (let number = 1; number <= organizations; number += 1) {
    yield { name: `Generated ${number}`, externalId: `tenant_${number}` };
  }
  if (directoryUsers > 0) {
    yield {
      name: 'Generated Directory',
      externalId: 'tenant_directory',
      domains: ['generated.example'],
      directories: [generatedDirectory(directoryUsers)],
    };
  }
}

export function parseOrganization(value: unknown, place: string): SeedOrganization {
  const given = fields(value, place, ['name', 'externalId', 'domains', 'connections', 'directories']);
  return defined({
    name: text(given['name'], `${place}.name`),
    externalId: optional(given['externalId'], `${place}.externalId`, text),
    domains: optional(given['domains'], `${place}.domains`, (domains, at) => list(domains, at, text)),
    connections: optional(given['connections'], `${place}.connections`, (connections, at) =>
      list(connections, at, parseConnection),
    ),
    directories: optional(given['directories'], `${place}.directories`, (directories, at) =>
      list(directories, at, parseDirectory),
    ),
  });
}

function parseAuditAction(value: unknown, place: string): SeedAuditAction {
  const given = fields(value, place, ['action', 'targets', 'actor', 'metadata']);
  return defined({
    action: text(given['action'], `${place}.action`),
    targets: list(given['targets'], `${place}.targets`, (target, at) => {
      const { type, metadata } = fields(target, at, ['type', 'metadata']);
      return defined({
        type: text(type, `${at}.type`),
        metadata: optional(metadata, `${at}.metadata`, record),
      });
    }),
    actor: optional(given['actor'], `${place}.actor`, (actor, at) => ({
      metadata: record(fields(actor, at, ['metadata'])['metadata'], `${at}.metadata`),
    })),
    metadata: optional(given['metadata'], `${place}.metadata`, record),
  });
}

export function parseConnection(value: unknown, place: string): SeedConnection {
  const given = fields(value, place, connectionFields);
  return {
    ...parseConnectionChanges(value, place),
    protocol: oneOf(protocols, given['protocol'], `${place}.protocol`),
    identityProvider: oneOf(identityProviders, given['identityProvider'], `${place}.identityProvider`),
  };
}

const connectionFields = [
  'name',
  'protocol',
  'identityProvider',
  'status',
  'enabled',
  'domains',
  'users',
  'allowIdpInitiated',
  'vendorFields',
  'omitFields',
];

/** The same fields as a connection, each optional. */
export function parseConnectionChanges(value: unknown, place: string): Partial<SeedConnection> {
  const given = fields(value, place, connectionFields);
  const at = (name: string): [unknown, string] => [given[name], `${place}.${name}`];
  return defined({
    name: optional(...at('name'), text),
    protocol: optional(...at('protocol'), (word, where) => oneOf(protocols, word, where)),
    identityProvider: optional(...at('identityProvider'), (word, where) =>
      oneOf(identityProviders, word, where),
    ),
    status: optional(...at('status'), text),
    enabled: optional(...at('enabled'), flag),
    domains: optional(...at('domains'), (domains, where) => list(domains, where, text)),
    users: optional(...at('users'), (users, where) => list(users, where, parseUser)),
    allowIdpInitiated: optional(...at('allowIdpInitiated'), flag),
    vendorFields: optional(...at('vendorFields'), record),
    omitFields: optional(...at('omitFields'), (names, where) => list(names, where, text)),
  });
}

export function parseUser(value: unknown, place: string): IdpUser {
  const given = fields(value, place, ['id', 'email', 'firstName', 'lastName', 'groups', 'attributes']);
  return defined({
    id: text(given['id'], `${place}.id`),
    email: text(given['email'], `${place}.email`),
    firstName: optional(given['firstName'], `${place}.firstName`, text),
    lastName: optional(given['lastName'], `${place}.lastName`, text),
    groups: optional(given['groups'], `${place}.groups`, (groups, at) => list(groups, at, text)),
    attributes: optional(given['attributes'], `${place}.attributes`, record),
  });
}

/** A connection's wire object with its `vendorFields` and `omitFields` applied. */
export function withVendorFields(
  wire: object,
  { vendorFields, omitFields }: Pick<SeedConnection, 'vendorFields' | 'omitFields'>,
): object {
  if (!vendorFields && !omitFields) return wire;
  const entries = Object.entries({ ...wire, ...vendorFields });
  return Object.fromEntries(entries.filter(([name]) => !omitFields?.includes(name)));
}
