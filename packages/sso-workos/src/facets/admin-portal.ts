import type { PortalIntent } from '@org/sso-core';
import { loadOnce, type AdminPortalFacet } from '@org/sso-core/provider';
import { createOnce, type WorkosApi } from '../api.js';
import { ids, providerId } from '../ids.js';

const intents = {
  sso: 'sso',
  directory_sync: 'dsync',
  domain_verification: 'domain_verification',
  certificate_renewal: 'certificate_renewal',
  audit_logs: 'audit_logs',
  log_streams: 'log_streams',
} as const satisfies Record<PortalIntent, string>;

/** From creation, for links made through the API. [D] */
const linkLifetimeMs = 5 * 60_000;

const portalLink = loadOnce(async () => (await import('../wire/portal-link.js')).portalLinkSchema);

export function createAdminPortal(api: WorkosApi, now: () => number): AdminPortalFacet {
  return {
    features: { intents: Object.keys(intents) as PortalIntent[], returnUrl: true },
    async createLink({ organizationId, intent, returnUrl }, context) {
      const requestedAt = now();
      const { link } = await api.read(portalLink, {
        context,
        method: 'POST',
        path: '/portal/generate_link',
        json: { organization: ids.strip(organizationId), intent: intents[intent], return_url: returnUrl },
        ...createOnce(),
      });
      return {
        provider: providerId,
        organizationId,
        url: link,
        expiresAt: new Date(requestedAt + linkLifetimeMs).toISOString(),
      };
    },
  };
}
