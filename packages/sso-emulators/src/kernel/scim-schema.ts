import {
  addressFields,
  type DirectoryAddress,
  type DirectoryEmail,
  type DirectoryProfile,
} from './directory-seed.js';
import { type DirectoryGroup, type DirectoryUser, type DirectoryUserFields } from './directory.js';
import { isRecord } from './parse.js';

export const schemas = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  enterpriseUser: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  /** Where attributes of our own choosing travel; any other extension is read as well. */
  customUser: 'urn:ietf:params:scim:schemas:extension:custom:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
  serviceProviderConfig: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
} as const;

type Profile = { -readonly [Field in keyof DirectoryProfile]: DirectoryProfile[Field] };

/** SCIM's names of the attributes that are plain words on the user. [RFC 7643 §4.1] */
const coreNames = {
  displayName: 'displayName',
  nickName: 'nickName',
  title: 'title',
  userType: 'userType',
  language: 'preferredLanguage',
  locale: 'locale',
  timezone: 'timezone',
  profileUrl: 'profileUrl',
} as const satisfies Partial<Record<keyof DirectoryProfile, string>>;

/** And of the enterprise extension. [RFC 7643 §4.3] */
const enterpriseNames = {
  employeeNumber: 'employeeNumber',
  department: 'department',
  division: 'division',
  costCenter: 'costCenter',
  organization: 'organization',
} as const satisfies Partial<Record<keyof DirectoryProfile, string>>;

const knownNames = new Set<string>([
  ...Object.values(coreNames),
  'schemas',
  'id',
  'externalId',
  'meta',
  'userName',
  'active',
  'name',
  'emails',
  'phoneNumbers',
  'photos',
  'addresses',
  'groups',
  'password',
  'roles',
  'entitlements',
  schemas.enterpriseUser,
]);

/** A user as a SCIM resource; `location` is its URL. */
export function userResource(
  user: DirectoryUser,
  groups: readonly DirectoryGroup[],
  location: string,
): Record<string, unknown> {
  const { firstName, lastName, manager, phoneNumber, picture, address } = user;
  const enterprise = {
    ...picked(user, enterpriseNames),
    ...(manager === undefined ? {} : { manager: { value: manager } }),
  };
  const hasEnterprise = Object.keys(enterprise).length > 0;
  const hasCustom = Object.keys(user.customAttributes).length > 0;
  return {
    schemas: [
      schemas.user,
      ...(hasEnterprise ? [schemas.enterpriseUser] : []),
      ...(hasCustom ? [schemas.customUser] : []),
    ],
    id: user.id,
    ...(user.idpId === null ? {} : { externalId: user.idpId }),
    userName: user.userName,
    active: user.active,
    name: { ...(firstName && { givenName: firstName }), ...(lastName && { familyName: lastName }) },
    ...picked(user, coreNames),
    emails: user.emails,
    ...(phoneNumber && { phoneNumbers: [{ value: phoneNumber, primary: true }] }),
    ...(picture && { photos: [{ value: picture, primary: true }] }),
    ...(address && { addresses: [{ ...address, primary: true }] }),
    groups: groups.map(({ id, name }) => ({ value: id, display: name })),
    ...(hasEnterprise ? { [schemas.enterpriseUser]: enterprise } : {}),
    ...(hasCustom ? { [schemas.customUser]: user.customAttributes } : {}),
    meta: meta('User', user, location),
  };
}

/**
 * A SCIM user as directories keep it. Attributes and extensions nobody defined become custom attributes;
 * `active` may be a word, as Entra ID sends it.
 */
export function userFields(resource: Record<string, unknown>, userName: string): DirectoryUserFields {
  const name = isRecord(resource['name']) ? resource['name'] : {};
  const extension = resource[schemas.enterpriseUser];
  const enterprise: Record<string, unknown> = isRecord(extension) ? extension : {};
  const manager = enterprise['manager'];
  const address = primary(resource['addresses']);
  const profile: Profile = {};
  const set = (field: keyof DirectoryProfile, value: unknown): void => {
    if (typeof value === 'string' && value !== '') profile[field] = value;
  };
  set('firstName', name['givenName']);
  set('lastName', name['familyName']);
  for (const [field, scimName] of entries(coreNames)) set(field, resource[scimName]);
  for (const [field, scimName] of entries(enterpriseNames)) set(field, enterprise[scimName]);
  set('manager', isRecord(manager) ? manager['value'] : manager);
  set('phoneNumber', primary(resource['phoneNumbers'])?.['value']);
  set('picture', primary(resource['photos'])?.['value']);
  return {
    idpId: typeof resource['externalId'] === 'string' ? resource['externalId'] : null,
    userName,
    active: isActive(resource['active']),
    emails: records(resource['emails']).flatMap(readEmail),
    ...profile,
    ...(address && { address: readAddress(address) }),
    customAttributes: customAttributes(resource),
  };
}

export function groupResource(
  group: DirectoryGroup,
  members: readonly DirectoryUser[] | undefined,
  location: string,
): Record<string, unknown> {
  return {
    schemas: [schemas.group],
    id: group.id,
    ...(group.idpId === null ? {} : { externalId: group.idpId }),
    displayName: group.name,
    ...(members && { members: members.map(({ id, userName }) => ({ value: id, display: userName })) }),
    meta: meta('Group', group, location),
  };
}

/** The objects in a list; anything else in it is passed over. */
export function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function meta(resourceType: string, item: DirectoryUser | DirectoryGroup, location: string): object {
  const { createdAt, updatedAt } = item;
  return {
    resourceType,
    created: createdAt.toISOString(),
    lastModified: updatedAt.toISOString(),
    location,
  };
}

function picked(
  user: DirectoryProfile,
  names: Readonly<Partial<Record<keyof DirectoryProfile, string>>>,
): Record<string, string> {
  return Object.fromEntries(
    entries(names).flatMap(([field, scimName]) => {
      const value = user[field];
      return value === undefined ? [] : [[scimName, value]];
    }),
  );
}

function entries(
  names: Readonly<Partial<Record<keyof DirectoryProfile, string>>>,
): [keyof DirectoryProfile, string][] {
  return Object.entries(names) as [keyof DirectoryProfile, string][];
}

function isActive(value: unknown): boolean {
  return typeof value === 'string' ? value.toLowerCase() !== 'false' : value !== false;
}

function primary(list: unknown): Record<string, unknown> | undefined {
  const found = records(list);
  return found.find((entry) => entry['primary'] === true) ?? found[0];
}

function readEmail(entry: Record<string, unknown>): DirectoryEmail[] {
  const { value, type, primary: isPrimary } = entry;
  if (typeof value !== 'string' || value === '') return [];
  return [
    {
      value,
      ...(typeof type === 'string' ? { type } : {}),
      ...(typeof isPrimary === 'boolean' ? { primary: isPrimary } : {}),
    },
  ];
}

function readAddress(entry: Record<string, unknown>): DirectoryAddress {
  const parts = addressFields.map((field) => [field, entry[field]] as const);
  return Object.fromEntries(parts.filter(([, part]) => typeof part === 'string' && part !== ''));
}

function customAttributes(resource: Record<string, unknown>): Record<string, unknown> {
  const strangers = Object.entries(resource).filter(([name]) => !knownNames.has(name));
  return Object.fromEntries(
    strangers.flatMap(([name, value]) =>
      name.startsWith('urn:') && isRecord(value) ? Object.entries(value) : [[name, value] as const],
    ),
  );
}
