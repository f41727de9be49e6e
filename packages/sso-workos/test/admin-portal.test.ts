import { organizationId, type PortalIntent } from '@org/sso-core';
import { expect, it } from 'vitest';
import { failureOf, useWorkos } from './support.js';

const workos = useWorkos();
const acme = () => organizationId(`workos:${workos.organization('Acme Corp')}`);
const now = () => Date.parse('2026-01-15T12:00:00Z');

it.each<[PortalIntent, string]>([
  ['sso', 'sso'],
  ['directory_sync', 'dsync'],
  ['domain_verification', 'domain_verification'],
  ['certificate_renewal', 'certificate_renewal'],
  ['audit_logs', 'audit_logs'],
  ['log_streams', 'log_streams'],
])('intent %s is %s', async (intent, wire) => {
  const link = await workos.sso({ now }).adminPortal.createLink({ organizationId: acme(), intent });
  expect(link).toEqual({
    provider: 'workos',
    organizationId: acme(),
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/portal\/setup\?token=/),
    expiresAt: '2026-01-15T12:05:00.000Z',
  });
  const [request] = await workos.traffic();
  expect(request?.path).toBe('/portal/generate_link');
  expect(JSON.parse(request?.body ?? '')).toEqual({
    organization: workos.organization('Acme Corp'),
    intent: wire,
  });
});

it('passes the return URL on, and makes a fresh link every time', async () => {
  const input = { organizationId: acme(), intent: 'sso', returnUrl: 'https://app.example/settings' } as const;
  const { adminPortal } = workos.sso();
  const first = await adminPortal.createLink(input);
  const second = await adminPortal.createLink(input);
  expect(second.url).not.toBe(first.url);
  expect(JSON.parse((await workos.traffic())[0]?.body ?? '')).toMatchObject({ return_url: input.returnUrl });
});

it('knows an unknown organization, which is a 400', async () => {
  const link = workos
    .sso()
    .adminPortal.createLink({ organizationId: organizationId('workos:org_01UNKNOWN'), intent: 'sso' });
  expect(await failureOf(link)).toMatchObject({ code: 'not_found', status: 400 });
});

it.each(['javascript:alert(1)', 'not a URL', null])('refuses to hand %j on', async (link) => {
  await workos.answer('/portal/generate_link', { link }, { status: 201 });
  expect(
    await failureOf(workos.sso().adminPortal.createLink({ organizationId: acme(), intent: 'sso' })),
  ).toMatchObject({
    code: 'invalid_response',
    message: expect.stringContaining('link'),
  });
});
