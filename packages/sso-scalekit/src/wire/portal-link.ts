import type { OrganizationId, PortalLink } from '@org/sso-core';
import { z } from 'zod';
import { providerId } from '../ids.js';
import { objectAnswer } from './answers.js';
import { text } from './common.js';
import { toTimestamp } from './fields.js';

const linkWire = z.object({ location: z.url(), expire_time: text });

type LinkWire = z.infer<typeof linkWire>;

/** A portal link as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitPortalLink = z.input<typeof linkWire> & Readonly<Record<string, unknown>>;

export const portalLinkAnswer = (organizationId: OrganizationId) =>
  objectAnswer<LinkWire, PortalLink>('link', linkWire, (wire) => ({
    provider: providerId,
    organizationId,
    url: wire.location,
    expiresAt: toTimestamp(wire.expire_time),
  }));
