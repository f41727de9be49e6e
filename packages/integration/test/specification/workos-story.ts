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
  const { link } = await call('POST', '/portal/generate_link', {
    organization: organizationId,
    intent: 'domain_verification',
  });
  await fetch(link, { method: 'POST', body: new URLSearchParams({ verify: domain.id }), redirect: 'manual' });
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

/** What the story and the SDK leave out: the operations no SDK method calls, and refusals of every resource. */
export async function askTheRest(emulator: WorkosEmulator, call: WorkosCall): Promise<void> {
  const { clientId, apiKey } = emulator;
  const [acme, globex] = emulator.organizations();
  const [connection] = emulator.connections();

  const endpoint = { endpoint_url: 'https://app.example/webhooks', events: ['user.created'] };
  const { id } = await call('POST', '/webhook_endpoints', endpoint);
  await call('POST', '/webhook_endpoints', endpoint);
  await call('POST', '/webhook_endpoints', { ...endpoint, endpoint_url: 'http://app.example/' });
  await call('POST', '/webhook_endpoints', { endpoint_url: 1, events: ['no.such'] });
  await call('GET', '/webhook_endpoints');
  await call('PATCH', `/webhook_endpoints/${id}`, { status: 'disabled' });
  await call('PATCH', `/webhook_endpoints/${id}`, { status: 'asleep' });
  await call('DELETE', `/webhook_endpoints/${id}`);
  await call('DELETE', `/webhook_endpoints/${id}`);

  await call('POST', '/user_management/redirect_uris', { uri: 'https://app.example/callback' });
  await call('POST', '/user_management/redirect_uris', { uri: 'no uri' });

  const authorize = `/sso/authorize?${new URLSearchParams({
    client_id: clientId,
    redirect_uri: 'http://localhost:3000/callback',
    response_type: 'code',
    connection: connection?.id ?? '',
  }).toString()}`;
  await call('GET', authorize);
  await call('GET', `/sso/jwks/${clientId}`);
  await call('GET', '/sso/jwks/client_other');
  const exchange = { client_id: clientId, client_secret: apiKey, grant_type: 'authorization_code' };
  await call('POST', `/sso/token?${new URLSearchParams({ ...exchange, code: 'none' }).toString()}`);
  await call('GET', '/sso/profile');
  const { id: oidc } = await emulator.control.createConnection({
    organizationId: acme?.id ?? '',
    protocol: 'oidc',
    identityProvider: 'generic',
    users: [{ id: 'ada', email: 'ada@acme.example' }],
  });
  const logout = await call('POST', '/sso/logout/authorize', { profile_id: await profileOf(emulator, oidc) });
  const { pathname, search } = new URL(logout.logout_url);
  await call('GET', pathname + search);
  const saml = await profileOf(emulator, connection?.id ?? '');
  await call('POST', '/sso/logout/authorize', { profile_id: saml });
  await call('POST', '/sso/logout/authorize', { profile_id: 'prof_none' });

  await call('POST', '/organizations', {});
  await call('POST', '/organizations', { name: 'Twin', external_id: 'tenant_acme' });
  await call('POST', '/organizations', { name: 'Twin', metadata: { key: 'v'.repeat(601) } });
  await call('POST', '/organizations', {
    name: 'Twin',
    domain_data: [{ domain: 'acme.example', state: 'verified' }],
  });
  await call('PUT', `/organizations/${acme?.id}`, { external_id: globex?.externalId });
  await call('PUT', '/organizations/org_none', { name: 'x' });
  await call('DELETE', '/organizations/org_none');
  await call('GET', '/organizations/external_id/none');
  await call('GET', '/organizations?limit=0');
  await call('POST', '/organization_domains', { organization_id: acme?.id, domain: 'acme.example' });
  await call('POST', '/organization_domains', { organization_id: acme?.id, domain: 'no domain' });
  await call('POST', '/organization_domains/org_domain_none/verify');
  await call('DELETE', '/organization_domains/org_domain_none');
  await call('DELETE', '/connections/conn_none');
  await call('GET', '/connections?connection_type=NoSuchSAML');
  await call('POST', '/portal/generate_link', { organization: acme?.id, intent: 'no_such' });
  await call('POST', '/portal/generate_link', { organization: 'org_none', intent: 'sso' });

  const audited = 'sso.view_settings';
  const schemas = `/audit_logs/actions/${audited}/schemas`;
  await call('POST', schemas, { targets: [{ type: 'organization' }] });
  await call('POST', schemas, {});
  await call('GET', schemas);
  await call('GET', '/audit_logs/actions');
  await call('GET', '/audit_logs/actions/none/schemas');
  const event = {
    action: audited,
    occurred_at: '2026-03-01T12:00:00Z',
    actor: { id: 'user_1', type: 'user' },
    targets: [{ id: acme?.id, type: 'organization' }],
    context: { location: '203.0.113.9' },
  };
  const record = async (changes: object, organization = acme?.id) =>
    call('POST', '/audit_logs/events', { organization_id: organization, event: { ...event, ...changes } });
  await record({});
  await record({}, 'org_none');
  await record({ action: 'none' });
  await record({ actor: {} });
  await record({ targets: [{ id: 'team_1', type: 'team' }] });
  await call('POST', '/audit_logs/exports', {});
  await call('POST', '/audit_logs/exports', {
    organization_id: 'org_none',
    range_start: '2026-03-01T00:00:00Z',
    range_end: '2026-03-02T00:00:00Z',
  });
  await call('GET', '/audit_logs/exports/audit_log_export_none');
  const retention = `/organizations/${acme?.id}/audit_logs_retention`;
  await call('GET', retention);
  await call('PUT', retention, { retention_period_in_days: 30 });
  await call('GET', retention);
  await call('PUT', retention, { retention_period_in_days: 31 });
  await call('GET', '/organizations/org_none/audit_logs_retention');
  await call('PUT', '/organizations/org_none/audit_logs_retention', { retention_period_in_days: 30 });

  await call('GET', '/directories/directory_none');
  await call('DELETE', '/directories/directory_none');
  await call('GET', '/directory_users/directory_user_none');
  await call('GET', '/directory_users?directory=directory_none');
  await call('GET', '/directory_groups');
  await call('GET', '/directory_groups/directory_group_none');
  await call('GET', '/events');
  await call('GET', '/events?events=user.created&limit=101');

  const user = await call('POST', '/user_management/users', { email: 'eve@acme.example' });
  await call('POST', '/user_management/users', { email: 'eve@acme.example' });
  await call('POST', '/user_management/users', {});
  await call('PUT', '/user_management/users/user_none', {});
  await call('DELETE', '/user_management/users/user_none');
  await call('GET', '/user_management/users/external_id/none');
  const memberships = '/user_management/organization_memberships';
  await call('GET', memberships);
  await call('POST', memberships, {});
  await call('POST', memberships, { user_id: user.id, organization_id: acme?.id, role_slug: 'no-such' });
  await call('PUT', `${memberships}/om_none`, {});
  await call('PUT', `${memberships}/om_none/deactivate`);
  await call('PUT', `${memberships}/om_none/reactivate`);
  await call('DELETE', `${memberships}/om_none`);
  const invitations = '/user_management/invitations';
  const invitation = await call('POST', invitations, { email: 'fay@acme.example' });
  await call('POST', invitations, { email: 'fay@acme.example' });
  await call('POST', invitations, { email: 'gus@acme.example', expires_in_days: 31 });
  await call('POST', invitations, {});
  await call('POST', `${invitations}/${invitation.id}/revoke`);
  for (const verb of ['accept', 'resend', 'revoke'])
    await call('POST', `${invitations}/${invitation.id}/${verb}`);
  for (const verb of ['accept', 'resend', 'revoke'])
    await call('POST', `${invitations}/invitation_none/${verb}`);
  await call('GET', `${invitations}/invitation_none`);
  await call('GET', `${invitations}/by_token/none`);
}

/** The id of Ada's profile after a sign-in. */
async function profileOf(emulator: WorkosEmulator, connectionId: string): Promise<string> {
  const { url, clientId, apiKey, control } = emulator;
  const authorize = new URL('/sso/authorize', url);
  authorize.search = String(
    new URLSearchParams({
      client_id: clientId,
      redirect_uri: 'http://localhost:3000/callback',
      response_type: 'code',
      connection: connectionId,
    }),
  );
  const callback = await control.signIn(authorize, { email: 'ada@acme.example' });
  const response = await fetch(`${url}/sso/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId,
      client_secret: apiKey,
      grant_type: 'authorization_code',
      code: new URL(callback).searchParams.get('code') ?? '',
    }),
  });
  const { profile } = (await response.json()) as { profile: { id: string } };
  return profile.id;
}
