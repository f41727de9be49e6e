import type { Profile } from '@org/sso-core';
import { withNative } from '@org/sso-core/provider';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { anything, flag, id, text } from './common.js';
import { orNull } from './fields.js';

export const idTokenClaims = z.object({
  sub: id,
  oid: text,
  amr: anything,
  email: text,
  email_verified: flag,
  given_name: text,
  family_name: text,
  name: text,
  groups: anything,
  roles: anything,
});

/** The claims of a login's ID token; those this adapter reads are typed. */
export type ScalekitIdTokenClaims = z.input<typeof idTokenClaims> & Readonly<Record<string, unknown>>;

/** Claims of the protocol or of the neutral profile; every other one is a mapped custom attribute [D]. */
const ownClaims = new Set(
  [
    'iss aud azp client_id sub oid sid amr iat nbf exp jti auth_time acr nonce at_hash c_hash xoid xuid identities',
    'email email_verified name given_name family_name preferred_username locale picture groups roles permissions scope',
  ].flatMap((names) => names.split(' ')),
);

/** Maps verified claims; `raw` is all of them. */
export function toProfile(
  claims: z.infer<typeof idTokenClaims>,
  raw: Readonly<Record<string, unknown>>,
): Profile {
  const { connectionId, idpId } = splitSubject(claims.sub);
  const connection = connectionId ?? texts(claims.amr)?.find((method) => method.startsWith('conn_'));
  return withNative(
    {
      provider: providerId,
      vendorId: claims.sub,
      idpId,
      organizationId: claims.oid ? ids.qualify(claims.oid) : null,
      connectionId: connection === undefined ? null : ids.qualify(connection),
      email: orNull(claims.email),
      emailVerified: claims.email_verified ?? 'unknown',
      firstName: orNull(claims.given_name),
      lastName: orNull(claims.family_name),
      name: orNull(claims.name),
      groups: texts(claims.groups) ?? null,
      roles: texts(claims.roles) ?? [],
      attributes: Object.fromEntries(Object.entries(raw).filter(([name]) => !ownClaims.has(name))),
    },
    raw,
  );
}

/**
 * Modular SSO: `<connection id>;<the identity provider's id>`, where the latter may contain `;` itself. Full Stack Auth: `usr_…` [D].
 */
function splitSubject(subject: string): { connectionId: string | undefined; idpId: string | null } {
  const at = subject.indexOf(';');
  if (at <= 0) return { connectionId: undefined, idpId: null };
  return { connectionId: subject.slice(0, at), idpId: orNull(subject.slice(at + 1)) };
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}
