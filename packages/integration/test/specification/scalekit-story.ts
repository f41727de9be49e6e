import type { ScalekitEmulator } from '@org/sso-emulators';

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** A request with a token of the API; an object is sent as JSON. Answers the body. */
export type ScalekitCall = (method: string, path: string, body?: object) => Promise<Json>;

export async function scalekitCall(
  { url, clientId, clientSecret }: ScalekitEmulator,
  fetchFn: typeof fetch = fetch,
): Promise<ScalekitCall> {
  const granted = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  return async (method, path, body) => {
    const response = await fetchFn(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
}

/** Every operation of the API with an answer that is filled in, and refusals of each kind. */
export async function tellScalekitStory(emulator: ScalekitEmulator, call: ScalekitCall): Promise<void> {
  const { control } = emulator;
  const api = '/api/v1';
  const { organization } = await call('POST', `${api}/organizations`, {
    display_name: 'Initech',
    external_id: 'tenant_initech',
    metadata: { tier: 'gold' },
    slug: 'initech',
    logo_url: 'https://initech.example/logo.png',
  });
  const path = `${api}/organizations/${organization.id}`;
  await call('GET', `${api}/organizations?page_size=2`);
  await call('GET', `${api}/organizations:search?query=initech`);
  await call('GET', path);
  await call('GET', `${api}/organizations:external/tenant_initech`);
  await call('PATCH', path, { display_name: 'Initech Ltd' });
  await call('PATCH', `${path}/settings`, { features: [{ name: 'sso', enabled: true }] });
  const { link } = await call('PUT', `${path}/portal_links`);
  await call('DELETE', `${path}/portal_links/${link.id}`);

  const { domain } = await call('POST', `${path}/domains`, {
    domain: 'initech.example',
    domain_type: 'ORGANIZATION_DOMAIN',
  });
  await call('GET', `${path}/domains`);
  await call('GET', `${path}/domains/${domain.id}`);
  await call('PATCH', `${path}/domains/${domain.id}`, {});
  await call('PATCH', `${path}/domains/${domain.id}:verify`);

  const seeded = await control.createConnection({
    organizationId: organization.id,
    protocol: 'oidc',
    identityProvider: 'entra-id',
    domains: ['initech.example'],
  });
  await call('GET', `${path}/connections/${seeded.id}`);
  const { connection } = await call('POST', `${path}/connections`, { provider: 'OKTA', type: 'SAML' });
  const one = `${path}/connections/${connection.id}`;
  await call('PATCH', one, {
    provider: 'OKTA',
    type: 'SAML',
    debug_enabled: true,
    ui_button_title: 'Okta',
    configuration_type: 'MANUAL',
    attribute_mapping: { email: 'mail' },
    saml_config: {
      idp_entity_id: 'https://idp.example',
      idp_sso_url: 'https://idp.example/sso',
      idp_certificate: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----',
      idp_name_id_format: 'EMAIL',
      idp_sso_request_binding: 'HTTP_POST',
      saml_signing_option: 'SAML_ONLY_RESPONSE_SIGNING',
    },
  });
  await call('PUT', `${one}/domains`, { domain_ids: [domain.id] });
  await call('PATCH', `${one}:enable`);
  await call('PATCH', `${one}:disable`);
  await call('GET', one);
  await call('GET', `${api}/connections?include=all`);
  await call('GET', `${api}/organizations/-/connections`);
  await call('DELETE', one);
  const social = await call('POST', `${api}/connections`, { provider: 'GOOGLE', type: 'OAUTH' });
  const shared = `${api}/connections/${social.connection.id}`;
  await call('GET', shared);
  await call('PATCH', shared, { provider: 'GOOGLE', type: 'OAUTH', oauth_config: { scopes: ['email'] } });
  await call('PATCH', `${shared}:enable`);
  await call('PATCH', `${shared}:disable`);
  await call('DELETE', shared);

  const { id: directoryId } = await control.createDirectory({
    organizationId: organization.id,
    identityProvider: 'okta',
    users: [
      {
        id: '00u9',
        email: 'ida@initech.example',
        firstName: 'Ida',
        lastName: 'Ives',
        displayName: 'Ida Ives',
        title: 'Engineer',
        phoneNumber: '1-555-0100',
        address: { formatted: '1 Main Street', postalCode: '64112' },
        groups: ['Staff'],
        attributes: { cost_center: 'R&D' },
      },
    ],
  });
  const directories = `${path}/directories`;
  const directory = `${directories}/${directoryId}`;
  const { groups } = await call('GET', `${directory}/groups?include_detail=true`);
  await call('GET', `${directory}/users?include_detail=true`);
  await call('PUT', `${directory}/groups/-/roles:assign`, {
    assignments: [{ group_id: groups[0].id, role_name: 'admin' }],
  });
  await call('GET', directories);
  await call('POST', `${directory}/secrets`);
  await call('POST', `${directory}/secrets:regenerate`);
  await call('GET', `${directory}:sync`);
  await call('GET', directory);
  await control.updateDirectoryGroup(directoryId, groups[0].id, { name: 'Everyone' });
  await control.deleteDirectoryGroup(directoryId, groups[0].id);
  await control.deleteDirectoryUser(directoryId, '00u9');
  await call('PATCH', `${directory}:disable`);
  await call('PATCH', `${directory}:disable`);
  await call('PATCH', `${directory}:enable`);
  await call('DELETE', directory);
  await call('PATCH', directory, { name: 'Okta SCIM' });
  await call('DELETE', directory);
  await call('POST', directories, { directory_type: 'SCIM', directory_provider: 'OKTA' });

  const { user } = await call('POST', `${path}/users`, {
    email: 'ida@initech.example',
    external_id: 'user_ida',
    metadata: { team: 'A-team' },
    user_profile: {
      given_name: 'Ida',
      family_name: 'Ives',
      name: 'Ida Ives',
      locale: 'en',
      phone_number: '1-555-0100',
      groups: ['Staff'],
      custom_attributes: { desk: 'left' },
    },
    membership: { roles: [{ name: 'member' }], metadata: { desk: 'left' } },
  });
  await call('GET', `${path}/users`);
  await call('GET', `${path}/users:search?query=ida`);
  await call('GET', `${api}/users`);
  await call('GET', `${api}/users:search?query=ida`);
  await call('PATCH', `${api}/invites/organizations/${organization.id}/users/${user.id}/resend`, {});
  await call('POST', `${path}/users/${user.id}/roles`, [{ role_name: 'admin' }]);
  await call('GET', `${path}/users/${user.id}/roles`);
  await call('GET', `${path}/users/${user.id}/permissions`);
  await call('DELETE', `${path}/users/${user.id}/roles/admin`);
  const [acme] = emulator.organizations();
  for (const suffix of [`/${user.id}`, ':external/user_ida']) {
    const membership = `${api}/memberships/organizations/${acme?.id}/users${suffix}`;
    await call('POST', membership, { roles: [{ name: 'admin' }] });
    await call('PATCH', membership, { metadata: { desk: 'right' } });
    await call('DELETE', membership);
    await call('GET', `${api}/users${suffix}`);
    await call('PATCH', `${api}/users${suffix}`, { user_profile: { family_name: 'Irons' } });
  }
  await call('DELETE', `${api}/users/${user.id}`);
  await call('POST', `${path}/users`, { email: 'ivo@initech.example', external_id: 'user_ivo' });
  await call('DELETE', `${api}/users:external/user_ivo`);

  await signInAndOut(emulator);
  await call('POST', `${api}/events?page_size=100`, {});
  await call('POST', `${api}/events/paginated?page_size=100`, { organization_id: organization.id });
  await call('POST', `${api}/webhooks/test-event/user.login`);
  await call('DELETE', `${path}/domains/${domain.id}`);
  await call('DELETE', path);

  await call('GET', path);
  await call('POST', `${api}/organizations`, { display_name: '', metadata: { k: 'v' } });
  await call('POST', `${api}/organizations`, { display_name: 1 });
  await call('GET', `${api}/organizations?page_size=101`);
  await call('GET', `${api}/organizations?page_token=none`);
  await call('POST', `${api}/organizations/${acme?.id}/domains`, { domain: 'gmail.com' });
  await call('POST', `${api}/organizations/${acme?.id}/connections`, { provider: 'OKTA', type: 'OAUTH' });
  await call('GET', `${api}/no-such-resource`);
}

async function signInAndOut({
  url,
  clientId,
  clientSecret,
  control,
  connections,
}: ScalekitEmulator): Promise<void> {
  const redirectUri = 'http://localhost:3000/callback';
  const authorize = new URL('/oauth/authorize', url);
  authorize.search = String(
    new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile email',
      connection_id: connections()[0]?.id ?? '',
    }),
  );
  const callback = await control.signIn(authorize, { email: 'ada@acme.example' });
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: redirectUri,
      code: new URL(callback).searchParams.get('code') ?? '',
    }),
  });
  const { id_token: idToken } = (await response.json()) as { id_token: string };
  await fetch(`${url}/oidc/logout?id_token_hint=${idToken}`);
}
