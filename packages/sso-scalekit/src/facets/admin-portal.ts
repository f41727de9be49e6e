import { path } from '@org/sso-core/http';
import type { AdminPortalFacet } from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { ids } from '../ids.js';

export function createAdminPortal(api: ScalekitApi): AdminPortalFacet {
  return {
    features: { intents: ['sso', 'directory_sync'], returnUrl: false },
    limitations: { returnUrl: 'Scalekit has no such parameter; set the return URL in its dashboard [S]' },
    /** The link opens once, within a minute; the portal session then lasts up to six hours [D]. */
    async createLink({ organizationId, intent }, context) {
      const { portalLinkAnswer } = await import('../wire/portal-link.js');
      return api.read(
        {
          context,
          method: 'PUT',
          path: path`/api/v1/organizations/${ids.strip(organizationId)}/portal_links`,
          query: { features: intent === 'sso' ? 'sso' : 'dir_sync' },
        },
        portalLinkAnswer(organizationId),
      );
    },
  };
}
