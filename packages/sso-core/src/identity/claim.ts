import { orderOf } from '../events/describe-event.js';
import { normalizeEmail } from '../login/email.js';
import type { SsoEventOf } from '../model/event.js';
import type { ConnectionId, DirectoryId, OrganizationId } from '../model/ids.js';
import type { Profile } from '../model/profile.js';

/** An event that tells of somebody in a directory. */
export type DirectoryPersonEvent = SsoEventOf<
  | 'directory.user.created'
  | 'directory.user.updated'
  | 'directory.user.deleted'
  | 'directory.group.user_added'
  | 'directory.group.user_removed'
>;

/** What a source says about somebody. */
export interface Claim {
  readonly kind: 'login' | 'directory_user';
  readonly source: ConnectionId | OrganizationId;
  readonly key: string;
  readonly subject: string | null;
  readonly directoryId: DirectoryId | null;
  readonly address: string | null;
  /** `false` where the source says that it is not. */
  readonly addressVerified: boolean;
  /** About access; `null` when it says nothing. */
  readonly word: DirectoryWord | null;
}

export interface DirectoryWord {
  readonly status: 'active' | 'inactive' | 'deleted';
  /** Sorts as text by time. */
  readonly order: string;
  /** Only a creation outranks a deletion. */
  readonly creates: boolean;
}

/** Bytes of UTF-8; identity providers' ids have at most 256 characters. Longer texts fit no index of a database. */
const maxTextBytes = 1024;

/** Whether a text comes out of any database as it went in: a part that is lost would make different ids equal. */
export function isLasting(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text !== '' &&
    !/\p{Surrogate}/u.test(text) &&
    !text.includes('\0') &&
    Buffer.byteLength(text) <= maxTextBytes
  );
}

/** `null` when there is nothing lasting to know the person by. */
export function claimOfLogin({ connectionId, idpId, email, emailVerified }: Profile): Claim | null {
  if (connectionId === null || !isLasting(idpId)) return null;
  return {
    kind: 'login',
    source: connectionId,
    key: idpId,
    subject: idpId,
    directoryId: null,
    address: toAddress(email),
    addressVerified: emailVerified !== false,
    word: null,
  };
}

export function claimOfDirectoryUser(event: DirectoryPersonEvent, organizationId: OrganizationId): Claim {
  const { user } = event.data;
  return {
    kind: 'directory_user',
    source: organizationId,
    key: user.id,
    subject: isLasting(user.idpId) ? user.idpId : null,
    directoryId: user.directoryId,
    address: toAddress(user.email),
    addressVerified: true,
    word: wordOf(event),
  };
}

function wordOf(event: DirectoryPersonEvent): DirectoryWord | null {
  const order = orderOf(event);
  switch (event.type) {
    case 'directory.user.deleted':
      return { status: 'deleted', order, creates: false };
    case 'directory.user.created':
    case 'directory.user.updated': {
      const status = event.data.user.status === 'active' ? 'active' : 'inactive';
      return { status, order, creates: event.type === 'directory.user.created' };
    }
    default:
      return null;
  }
}

/**
 * How addresses are compared: normalised, and without regard to the case of ASCII letters. Other letters are left alone, as folding
 * them would make different ones equal. `null` for what is no address.
 */
export function toAddress(email: string | null): string | null {
  if (email === null) return null;
  try {
    return normalizeEmail(email).address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  } catch {
    return null;
  }
}

/** The domain of an address, spelt as {@link toAddress} spells it; `null` for what is no domain. */
export function toDomain(domain: string): string | null {
  return toAddress(`postmaster@${domain}`)?.slice('postmaster@'.length) ?? null;
}
