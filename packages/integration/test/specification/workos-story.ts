import type { WorkosEmulator } from '@org/sso-emulators';

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** A request with the API key; an object is sent as JSON. Answers the body. */
export type WorkosCall = (method: string, path: string, body?: object) => Promise<Json>;

export function workosCall({ url, apiKey }: WorkosEmulator, fetchFn: typeof fetch = fetch): WorkosCall {
  return async (method, path, body) => {
    const response = await fetchFn(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text;
  };
}

/** Everything that happens in an environment of which WorkOS tells, each change at least once. */
export async function tellWorkosStory(emulator: WorkosEmulator, call: WorkosCall): Promise<void> {
  const { control, clientId } = emulator;
  const organization = await call('POST', '/organizations', {
    name: 'Initech',
    external_id: 'tenant_initech',
    metadata: { tier: 'gold' },
    domain_data: [{ domain: 'initech.example', state: 'verified' }],
  });
  const organizationId: string = organization.id;
  await call('PUT', `/organizations/${organizationId}`, { name: 'Initech Ltd' });

  const domain = await call('POST', '/organization_domains', {
    organization_id: organizationId,
    domain: 'initech.test',
  });
  await call('POST', `/organization_domains/${domain.id}/verify`);
  await call('DELETE', `/organization_domains/${domain.id}`);

  const { id: connectionId } = await control.createConnection({
    organizationId,
    protocol: 'saml',
    identityProvider: 'okta',
    domains: ['initech.example'],
    users: [
      { id: '00u9', email: 'ida@initech.example', firstName: 'Ida', lastName: 'Ives', groups: ['Staff'] },
    ],
  });
  const authorize = new URL('/sso/authorize', emulator.url);
  authorize.search = String(
    new URLSearchParams({
      client_id: clientId,
      connection: connectionId,
      redirect_uri: 'http://localhost:3000/callback',
      response_type: 'code',
    }),
  );
  await control.signIn(authorize, { email: 'ida@initech.example' });
  await control.signIn(authorize, { error: 'signin_consent_denied' });
  await control.sendCertificateEvent(connectionId, { kind: 'renewal_required' });
  await control.sendCertificateEvent(connectionId, { kind: 'renewed' });
  await control.updateConnection(connectionId, { status: 'inactive' });
  await call('DELETE', `/connections/${connectionId}`);

  const { id: directoryId } = await control.createDirectory({
    organizationId,
    identityProvider: 'okta',
    users: [{ id: '00u9', email: 'ida@initech.example', firstName: 'Ida', title: 'Engineer' }],
    groups: [{ id: 'g1', name: 'Staff' }],
  });
  await control.updateDirectoryUser(directoryId, '00u9', { title: 'Director', department: 'R&D' });
  await control.addDirectoryMember(directoryId, 'g1', '00u9');
  await control.updateDirectoryGroup(directoryId, 'g1', { name: 'Everyone' });
  await control.removeDirectoryMember(directoryId, 'g1', '00u9');
  await control.deleteDirectoryGroup(directoryId, 'g1');
  await control.deleteDirectoryUser(directoryId, '00u9');
  await call('DELETE', `/directories/${directoryId}`);

  const user = await call('POST', '/user_management/users', {
    email: 'ida@initech.example',
    first_name: 'Ida',
    external_id: 'user_ida',
  });
  await call('PUT', `/user_management/users/${user.id}`, { last_name: 'Ives' });
  const membership = await call('POST', '/user_management/organization_memberships', {
    user_id: user.id,
    organization_id: organizationId,
  });
  const memberships = `/user_management/organization_memberships/${membership.id}`;
  await call('PUT', memberships, { role_slug: 'admin' });
  await call('PUT', `${memberships}/deactivate`);
  await call('PUT', `${memberships}/reactivate`);
  await call('DELETE', memberships);

  for (const verb of ['accept', 'revoke'] as const) {
    const invitation = await call('POST', '/user_management/invitations', {
      email: `${verb}@initech.example`,
      organization_id: organizationId,
    });
    await call('POST', `/user_management/invitations/${invitation.id}/resend`);
    await call('POST', `/user_management/invitations/${invitation.id}/${verb}`);
  }
  await call('DELETE', `/user_management/users/${user.id}`);
  await call('DELETE', `/organizations/${organizationId}`);
}
