import { defined, fields, flag, list, oneOf, optional, record, text } from './parse.js';
import { type IdentityProvider, identityProviders } from './seed.js';

/** What a directory may say about a person in one word each, by our names; `scim.ts` has SCIM's. */
export const profileFields = [
  'firstName',
  'lastName',
  'displayName',
  'nickName',
  'title',
  'userType',
  'employeeNumber',
  'department',
  'division',
  'costCenter',
  'organization',
  'manager',
  'language',
  'locale',
  'timezone',
  'profileUrl',
  'picture',
  'phoneNumber',
] as const;
export type DirectoryProfile = { readonly [Field in (typeof profileFields)[number]]?: string };

export interface DirectoryEmail {
  readonly value: string;
  readonly type?: string;
  readonly primary?: boolean;
}

export const addressFields = [
  'formatted',
  'streetAddress',
  'locality',
  'region',
  'postalCode',
  'country',
  'type',
] as const;
export type DirectoryAddress = { readonly [Field in (typeof addressFields)[number]]?: string };

/** Spoils the wire object of whatever carries it. */
interface VendorFields {
  /** Merged over the wire object: unknown enum values, nulls, fields we do not know yet. */
  readonly vendorFields?: Readonly<Record<string, unknown>>;
  /** Left out of the wire object. */
  readonly omitFields?: readonly string[];
}

/** A person in a customer's directory. */
export interface SeedDirectoryUser extends DirectoryProfile, VendorFields {
  /** The identity provider's id: SCIM `externalId`. */
  readonly id: string;
  /** The e-mail address, or else the id, when absent. */
  readonly userName?: string;
  /** A single, primary address; people without one exist. */
  readonly email?: string;
  /** Beats `email`. */
  readonly emails?: readonly DirectoryEmail[];
  /** `true` when absent. */
  readonly active?: boolean;
  readonly address?: DirectoryAddress;
  /** Names of groups; those the directory does not have yet are made. */
  readonly groups?: readonly string[];
  /** Custom attributes. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface SeedDirectoryGroup extends VendorFields {
  /** The identity provider's id; some send none. */
  readonly id?: string;
  readonly name: string;
  /** Ids of users, the identity provider's or the vendor's. */
  readonly members?: readonly string[];
}

export interface SeedDirectory extends VendorFields {
  readonly name?: string;
  readonly identityProvider: IdentityProvider;
  /** The vendor's own word; the identity provider's SCIM directory when absent. */
  readonly type?: string;
  /** The vendor's own word; a working directory when absent. */
  readonly state?: string;
  /** Scalekit only. */
  readonly enabled?: boolean;
  readonly users?: readonly SeedDirectoryUser[];
  readonly groups?: readonly SeedDirectoryGroup[];
}

export function parseDirectory(value: unknown, place: string): SeedDirectory {
  const { users, groups, ...rest } = record(value, place);
  return defined({
    ...parseDirectoryChanges(rest, place),
    identityProvider: oneOf(identityProviders, rest['identityProvider'], `${place}.identityProvider`),
    users: optional(users, `${place}.users`, (given, at) => list(given, at, parseDirectoryUser)),
    groups: optional(groups, `${place}.groups`, (given, at) => list(given, at, parseDirectoryGroup)),
  });
}

/** What can change in a directory itself. */
export type DirectoryChanges = Partial<Omit<SeedDirectory, 'users' | 'groups'>>;

export function parseDirectoryChanges(value: unknown, place: string): DirectoryChanges {
  const given = fields(value, place, [
    'name',
    'identityProvider',
    'type',
    'state',
    'enabled',
    'vendorFields',
    'omitFields',
  ]);
  return defined({
    name: optional(given['name'], `${place}.name`, text),
    identityProvider: optional(given['identityProvider'], `${place}.identityProvider`, (word, at) =>
      oneOf(identityProviders, word, at),
    ),
    type: optional(given['type'], `${place}.type`, text),
    state: optional(given['state'], `${place}.state`, text),
    enabled: optional(given['enabled'], `${place}.enabled`, flag),
    ...parseVendorFields(given, place),
  });
}

export function parseDirectoryUser(value: unknown, place: string): SeedDirectoryUser {
  return { ...parseDirectoryUserChanges(value, place), id: text(record(value, place)['id'], `${place}.id`) };
}

/** The same fields as a user, each optional. `groups` replaces the user's groups. */
export function parseDirectoryUserChanges(value: unknown, place: string): Partial<SeedDirectoryUser> {
  const given = fields(value, place, [
    'id',
    'userName',
    'email',
    'emails',
    'active',
    'address',
    'groups',
    'attributes',
    'vendorFields',
    'omitFields',
    ...profileFields,
  ]);
  const word = (name: string) => optional(given[name], `${place}.${name}`, text);
  return defined({
    id: word('id'),
    userName: word('userName'),
    email: word('email'),
    emails: optional(given['emails'], `${place}.emails`, (emails, at) => list(emails, at, parseEmail)),
    active: optional(given['active'], `${place}.active`, flag),
    address: optional(given['address'], `${place}.address`, (address, at) => {
      const parts = Object.entries(fields(address, at, addressFields));
      return Object.fromEntries(parts.map(([name, part]) => [name, text(part, `${at}.${name}`)]));
    }),
    groups: optional(given['groups'], `${place}.groups`, (groups, at) => list(groups, at, text)),
    attributes: optional(given['attributes'], `${place}.attributes`, record),
    ...Object.fromEntries(profileFields.map((name) => [name, word(name)])),
    ...parseVendorFields(given, place),
  });
}

function parseEmail(value: unknown, place: string): DirectoryEmail {
  const given = fields(value, place, ['value', 'type', 'primary']);
  return defined({
    value: text(given['value'], `${place}.value`),
    type: optional(given['type'], `${place}.type`, text),
    primary: optional(given['primary'], `${place}.primary`, flag),
  });
}

export function parseDirectoryGroup(value: unknown, place: string): SeedDirectoryGroup {
  return {
    ...parseDirectoryGroupChanges(value, place),
    name: text(record(value, place)['name'], `${place}.name`),
  };
}

/** The same fields as a group, each optional. `members` replaces the group's members. */
export function parseDirectoryGroupChanges(value: unknown, place: string): Partial<SeedDirectoryGroup> {
  const given = fields(value, place, ['id', 'name', 'members', 'vendorFields', 'omitFields']);
  return defined({
    id: optional(given['id'], `${place}.id`, text),
    name: optional(given['name'], `${place}.name`, text),
    members: optional(given['members'], `${place}.members`, (members, at) => list(members, at, text)),
    ...parseVendorFields(given, place),
  });
}

function parseVendorFields(given: Record<string, unknown>, place: string) {
  return {
    vendorFields: optional(given['vendorFields'], `${place}.vendorFields`, record),
    omitFields: optional(given['omitFields'], `${place}.omitFields`, (names, at) => list(names, at, text)),
  };
}

/** A directory of this many people in twenty teams. */
export function generatedDirectory(users: number): SeedDirectory {
  return {
    name: 'Generated Directory',
    identityProvider: 'okta',
    users: Array.from({ length: users }, (_, index) => ({
      id: `idp-${index + 1}`,
      email: `person${index + 1}@generated.example`,
      firstName: 'Person',
      lastName: String(index + 1),
      groups: [`Team ${(index % 20) + 1}`],
    })),
  };
}
