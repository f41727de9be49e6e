import { invalidArgument } from '../errors.js';

declare const idKind: unique symbol;

export type IdKind =
  | 'organization'
  | 'domain'
  | 'connection'
  | 'user'
  | 'directory'
  | 'directory_user'
  | 'directory_group';

/**
 * An opaque id qualified by its provider: `workos:conn_01…`, `scalekit:conn_94…`. Both vendors mint `org_` and `conn_`;
 * qualified, an id keeps working before, during and after a migration and cannot be sent to the wrong vendor.
 */
export type QualifiedId<Kind extends IdKind> = `${string}:${string}` & { readonly [idKind]: Kind };

export type OrganizationId = QualifiedId<'organization'>;
export type DomainId = QualifiedId<'domain'>;
export type ConnectionId = QualifiedId<'connection'>;
export type UserId = QualifiedId<'user'>;
export type DirectoryId = QualifiedId<'directory'>;
export type DirectoryUserId = QualifiedId<'directory_user'>;
export type DirectoryGroupId = QualifiedId<'directory_group'>;

export const qualifiedIdPattern = /^([a-z][a-z0-9-]*):(.+)$/su;

/** Splits a qualified id. Throws `invalid_argument` when the provider prefix is missing. */
export function parseQualifiedId(id: string): { readonly provider: string; readonly vendorId: string } {
  const match = qualifiedIdPattern.exec(id);
  if (!match) {
    throw invalidArgument(
      `"${id}" is not a qualified id: expected "<provider>:<vendor id>", such as "workos:org_123"`,
    );
  }
  return { provider: match[1]!, vendorId: match[2]! };
}

function accept<Kind extends IdKind>(value: string): QualifiedId<Kind> {
  parseQualifiedId(value);
  return value as QualifiedId<Kind>;
}

/** Turns a stored string back into a typed id. Throws `invalid_argument` when it is not qualified. */
export const organizationId: (value: string) => OrganizationId = accept;
/** Turns a stored string back into a typed id. Throws `invalid_argument` when it is not qualified. */
export const domainId: (value: string) => DomainId = accept;
/** Turns a stored string back into a typed id. Throws `invalid_argument` when it is not qualified. */
export const connectionId: (value: string) => ConnectionId = accept;
/** Turns a stored string back into a typed id. Throws `invalid_argument` when it is not qualified. */
export const userId: (value: string) => UserId = accept;
/** Turns a stored string back into a typed id. Throws `invalid_argument` when it is not qualified. */
export const directoryId: (value: string) => DirectoryId = accept;
/** Turns a stored string back into a typed id. Throws `invalid_argument` when it is not qualified. */
export const directoryGroupId: (value: string) => DirectoryGroupId = accept;

/** Mints and strips the ids of one provider. Adapters are the only ones who call it. */
export interface ProviderIds {
  qualify<Kind extends IdKind>(vendorId: string): QualifiedId<Kind>;
  /** The vendor's id. Throws `invalid_argument` for an id of another provider. */
  strip(id: QualifiedId<IdKind>): string;
}

export function createProviderIds(provider: string): ProviderIds {
  return {
    qualify: <Kind extends IdKind>(vendorId: string) => `${provider}:${vendorId}` as QualifiedId<Kind>,
    strip(id) {
      const parsed = parseQualifiedId(id);
      if (parsed.provider !== provider) {
        throw invalidArgument(
          `"${id}" belongs to provider "${parsed.provider}" and cannot be sent to "${provider}"`,
          { provider },
        );
      }
      return parsed.vendorId;
    },
  };
}
