import { type DirectoryGroup, type DirectoryUser, fullName, primaryEmail } from '../kernel/directory.js';
import { digest } from '../kernel/ids.js';
import { defined } from '../kernel/parse.js';
import { withVendorFields } from '../kernel/seed.js';
import { trimmed } from './events.js';
import type { Connection, Directory, Domain, Organization, User, UserSession } from './objects.js';

/** `data` of organization events: unset values are null, where the API leaves them out [S]. */
export function organizationData(organization: Organization): Record<string, unknown> {
  const { id, display_name, external_id = null, metadata, region_code, settings } = organization;
  return {
    id,
    display_name,
    external_id,
    metadata: Object.keys(metadata).length > 0 ? metadata : null,
    region_code,
    settings,
    create_time: trimmed(organization.create_time),
    update_time: trimmed(organization.update_time),
  };
}

/** `data` of domain events; `txt_record_secret` reaches every subscriber [S]. */
export function domainData(domain: Domain): object {
  const { create_time: _, update_time: updatedAt, ...fields } = domain;
  return {
    ...fields,
    txt_record_key: 'scalekit-domain-verification',
    txt_record_secret: digest(`txt record ${domain.id}`).toString('hex'),
    updated_at: trimmed(updatedAt),
  };
}

/** `data` of `sso_created` and `sso_deleted` [S]. */
export function connectionData({ id, organization_id, type, provider }: Connection): object {
  return { id, organization_id, connection_type: type, provider };
}

/** `data` of `sso_enabled` and `sso_disabled` [S]. */
export function connectionStateData(connection: Connection): object {
  const { enabled, status } = connection;
  return { ...connectionData(connection), enabled, status };
}

/** A user as events show it [S]: without memberships; unset text is empty, unset lists are null. */
export function userData(user: User): object {
  const { profile, memberships: _, ...fields } = user;
  return {
    ...fields,
    external_id: user.external_id ?? '',
    create_time: trimmed(user.create_time),
    update_time: trimmed(user.update_time),
    user_profile: {
      ...profile,
      groups: profile.groups.length > 0 ? profile.groups : null,
      custom_attributes: Object.keys(profile.custom_attributes).length > 0 ? profile.custom_attributes : null,
      external_identities: null,
    },
  };
}

/** `user_session` of login and logout events; `ACTIVE` in both, as in the samples [S]. */
export function sessionData(session: UserSession): object {
  const { organization_id: organizationId } = session;
  const created = trimmed(session.created_at);
  return {
    session_id: session.session_id,
    user_id: session.user_id,
    ...(organizationId !== undefined && { organization_id: organizationId }),
    authenticated_organizations: organizationId === undefined ? [] : [organizationId],
    status: 'ACTIVE',
    created_at: created,
    updated_at: created,
    last_active_at: created,
    idle_expires_at: trimmed(session.idle_expires_at),
    absolute_expires_at: trimmed(session.absolute_expires_at),
    expired_at: null,
    logout_at: null,
    device: {
      browser: '',
      browser_version: '',
      device_type: '',
      ip: '',
      os: '',
      os_version: '',
      user_agent: '',
      location: { city: '', latitude: '', longitude: '', region: '', region_subdivision: '' },
    },
  };
}

/** `data` of `directory_enabled` and `directory_disabled`: `provider` is the API's `directory_provider` [S]. */
export function directoryData(directory: Directory): object {
  const { id, organization_id, directory_type, directory_provider, enabled, updated_at } = directory;
  return {
    id,
    organization_id,
    directory_type,
    provider: directory_provider,
    enabled,
    updated_at: trimmed(updated_at),
  };
}

/** `data` of `user_deleted` [S]: nothing but what names the user. */
export function deletedDirectoryUserData({ organization_id }: Directory, user: DirectoryUser): object {
  return { id: user.id, organization_id, dp_id: user.idpId ?? '', email: primaryEmail(user) ?? '' };
}

/** `data` of directory-user events, and `user_detail` of the API [S]; no `directory_id`, and no unset attribute. */
export function directoryUserData(directory: Directory, user: DirectoryUser): object {
  const groups = directory.contents.groupsOf(user.id);
  const roles = directory.role_assignments.filter(({ group_id: id }) =>
    groups.some((group) => group.id === id),
  );
  const { address } = user;
  const wire = {
    ...deletedDirectoryUserData(directory, user),
    preferred_username: user.userName,
    active: user.active,
    name: user.displayName ?? fullName(user) ?? '',
    groups: groups.map(({ id, name }) => ({ id, name })),
    roles: [...new Set(roles.map((role) => role.role_name))].map((name) => ({ role_name: name })),
    ...defined({
      given_name: user.firstName,
      family_name: user.lastName,
      nickname: user.nickName,
      title: user.title,
      user_type: user.userType,
      employee_id: user.employeeNumber,
      department: user.department,
      division: user.division,
      cost_center: user.costCenter,
      organization: user.organization,
      language: user.language,
      locale: user.locale,
      zoneinfo: user.timezone,
      profile: user.profileUrl,
      picture: user.picture,
      phone_number: user.phoneNumber,
      address:
        address &&
        defined({
          formatted: address.formatted,
          street_address: address.streetAddress,
          locality: address.locality,
          state: address.region,
          postal_code: address.postalCode,
          country: address.country,
        }),
    }),
    custom_attributes: user.customAttributes,
    raw_attributes: {},
  };
  return withVendorFields(wire, user);
}

/** `data` of group events, and `group_detail` of the API [S]; never the members. */
export function directoryGroupData({ id, organization_id }: Directory, group: DirectoryGroup): object {
  const wire = {
    id: group.id,
    directory_id: id,
    organization_id,
    display_name: group.name,
    external_id: group.idpId,
    raw_attributes: {},
  };
  return withVendorFields(wire, group);
}

/** `data` of `group_deleted`: `dp_id` instead of `external_id` [S]. */
export function deletedDirectoryGroupData({ id, organization_id }: Directory, group: DirectoryGroup): object {
  return {
    id: group.id,
    directory_id: id,
    organization_id,
    display_name: group.name,
    dp_id: group.idpId,
    raw_attributes: {},
  };
}
