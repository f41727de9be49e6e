import type { OrganizationId, PortalLink } from '@org/sso-core';
import { nativeOf, withNative } from '@org/sso-core/provider';
import { z } from 'zod';
import { providerId } from '../ids.js';
import { entity, text } from './common.js';
import { toTimestamp } from './fields.js';

const linkWire = z.object({ location: z.url(), expire_time: text });

type LinkWire = z.infer<typeof linkWire>;

/** A portal link as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitPortalLink = z.input<typeof linkWire> & Readonly<Record<string, unknown>>;

export const portalLinkAnswer = z.object({ link: entity(linkWire, (wire) => ({ ...wire })) });

export function toPortalLink(wire: LinkWire, organizationId: OrganizationId): PortalLink {
  return withNative(
    { provider: providerId, organizationId, url: wire.location, expiresAt: toTimestamp(wire.expire_time) },
    nativeOf(wire),
  );
}
