import type { AdminPortalFacet } from '../../provider/facets/admin-portal.js';
import { requireOrganization } from './organizations.js';
import type { MemoryState } from './state.js';

const linkLifetimeMs = 60_000;

export function createAdminPortal(state: MemoryState) {
  return {
    features: { intents: ['sso', 'directory_sync', 'domain_verification'], returnUrl: true },
    createLink: (input, context) =>
      state.serve(context, input, [input.organizationId], () => {
        requireOrganization(state, input.organizationId, context);
        const url = new URL(`${state.origin}/portal/${state.nextId('link')}`);
        url.searchParams.set('intent', input.intent);
        if (input.returnUrl !== undefined) url.searchParams.set('return_url', input.returnUrl);
        return {
          provider: state.id,
          organizationId: input.organizationId,
          url: url.href,
          expiresAt: state.timestamp(linkLifetimeMs),
        };
      }),
  } as const satisfies AdminPortalFacet;
}
