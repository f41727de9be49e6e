import type { OrganizationId } from '@org/sso-core';
import type { ActionRequest, AdminActor } from '@org/sso-admin';

/** Ada, an admin of the organization with an active session, unless told otherwise. */
export function by(
  organizationId: OrganizationId,
  actor: Partial<AdminActor> = {},
  request: Partial<Omit<ActionRequest, 'actor'>> = {},
): ActionRequest {
  return {
    actor: {
      id: 'user_ada',
      type: 'user',
      name: 'Ada Adams',
      email: 'ada@acme.example',
      role: 'admin',
      organizationId,
      ...actor,
    },
    sessionActive: true,
    context: { location: '203.0.113.7', userAgent: 'Browser/1.0', source: '/settings/sso' },
    ...request,
  };
}
