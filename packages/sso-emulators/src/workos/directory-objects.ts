import { isDeepStrictEqual } from 'node:util';
import { type DirectoryGroup, type DirectoryUser, fullName, primaryEmail } from '../kernel/directory.js';
import type { DirectoryAddress } from '../kernel/directory-seed.js';
import { withVendorFields } from '../kernel/seed.js';
import type { Directory, Organization } from './objects.js';

/** The wire object. [S] */
export function directoryObject(directory: Directory, organization: Organization | undefined): object {
  const { users, groups } = directory.contents;
  const active = users.slice(0).filter((user) => user.active).length;
  const domain = organization?.domains[0]?.domain;
  return withVendorFields(
    {
      object: 'directory',
      id: directory.id,
      organization_id: directory.organizationId,
      external_key: directory.externalKey,
      type: directory.type,
      state: directory.state,
      name: directory.name,
      ...(domain === undefined ? {} : { domain }),
      metadata: { users: { active, inactive: users.size - active }, groups: groups.size },
      created_at: directory.createdAt,
      updated_at: directory.updatedAt,
    },
    directory,
  );
}

/** Events have two words of their own for the state, and domain objects. [S] */
export function directoryData(directory: Directory, organization: Organization | undefined): object {
  const words: Readonly<Record<string, string>> = { linked: 'active', unlinked: 'inactive' };
  return withVendorFields(
    {
      object: 'directory',
      id: directory.id,
      organization_id: directory.organizationId,
      external_key: directory.externalKey,
      type: directory.type,
      state: words[directory.state] ?? directory.state,
      name: directory.name,
      domains: (organization?.domains ?? []).map(({ object, id, domain }) => ({ object, id, domain })),
      created_at: directory.createdAt,
      updated_at: directory.updatedAt,
    },
    directory,
  );
}

/** A user as events carry it, or with `groups`, as the API answers it. [S] */
export function directoryUserData(
  directory: Directory,
  user: DirectoryUser,
  groups?: readonly object[],
): Record<string, unknown> {
  return {
    ...withVendorFields(
      {
        object: 'directory_user',
        id: user.id,
        directory_id: directory.id,
        organization_id: directory.organizationId,
        idp_id: user.idpId ?? user.userName,
        email: primaryEmail(user),
        first_name: user.firstName ?? null,
        last_name: user.lastName ?? null,
        name: fullName(user),
        // Deprecated and empty since 2026-04-15: they are custom attributes now. [D]
        emails: [],
        job_title: null,
        username: null,
        state: user.active ? 'active' : 'inactive',
        custom_attributes: customAttributes(user),
        raw_attributes: {},
        role: { slug: 'member' },
        roles: [{ slug: 'member' }],
        ...(groups && { groups }),
        created_at: user.createdAt.toISOString(),
        updated_at: user.updatedAt.toISOString(),
      },
      user,
    ),
  };
}

export function directoryGroupObject(directory: Directory, group: DirectoryGroup): Record<string, unknown> {
  return {
    ...withVendorFields(
      {
        object: 'directory_group',
        id: group.id,
        idp_id: group.idpId ?? group.id,
        directory_id: directory.id,
        organization_id: directory.organizationId,
        name: group.name,
        raw_attributes: {},
        created_at: group.createdAt.toISOString(),
        updated_at: group.updatedAt.toISOString(),
      },
      group,
    ),
  };
}

/**
 * A shallow diff: the old values of root properties and custom attributes, `null` for those that are new.
 * `undefined` when nothing WorkOS shows has changed; a change between `null` and absent is none. [D]
 */
export function previousAttributes(
  previous: Readonly<Record<string, unknown>>,
  current: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const { custom_attributes: previousCustom, updated_at: _previousAt, ...previousRoot } = previous;
  const { custom_attributes: currentCustom, updated_at: _currentAt, ...currentRoot } = current;
  const custom = changed(asRecord(previousCustom), asRecord(currentCustom));
  const root = changed(previousRoot, currentRoot);
  if (Object.keys(custom).length > 0) root['custom_attributes'] = custom;
  return Object.keys(root).length > 0 ? root : undefined;
}

function changed(
  previous: Readonly<Record<string, unknown>>,
  current: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = [...new Set([...Object.keys(previous), ...Object.keys(current)])];
  return Object.fromEntries(
    names
      .filter((name) => !isDeepStrictEqual(previous[name] ?? null, current[name] ?? null))
      .map((name) => [name, previous[name] ?? null]),
  );
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The predefined attributes, all of them enabled, and the user's own. [D] */
function customAttributes(user: DirectoryUser): Record<string, unknown> {
  const predefined = {
    addresses: user.address && [addressAttribute(user.address)],
    cost_center_name: user.costCenter,
    department_name: user.department,
    division_name: user.division,
    emails: user.emails.length > 0 ? user.emails : undefined,
    employee_number: user.employeeNumber,
    employee_type: user.userType,
    job_title: user.title,
    manager_email: user.manager,
    organization: user.organization,
    username: user.userName,
  };
  const given = Object.entries(predefined).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...user.customAttributes };
}

/** An entry of the predefined attribute `addresses`. [D] */
function addressAttribute(address: DirectoryAddress): object {
  const { type, formatted, streetAddress, locality, region, postalCode, country } = address;
  return {
    type,
    street_address: streetAddress,
    locality,
    region,
    postal_code: postalCode,
    country,
    raw_address: formatted,
    primary: true,
  };
}
