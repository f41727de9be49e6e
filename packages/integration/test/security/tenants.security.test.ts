import { describe, expect, it } from 'vitest';
import { useApp, vendorNames, type VendorName } from '../support/app.js';

const app = useApp();

/** The vendor answers the next exchange with somebody of Globex. `undefined` fields are left honest. */
async function answerWith(
  name: VendorName,
  { organization, connection }: { organization?: string | null; connection?: string | null },
) {
  const vendor = app.at(name);
  const strip = (id: string | null) => id && id.slice(name.length + 1);
  if (name === 'scalekit') {
    const claims = {
      ...(organization !== undefined && { oid: strip(organization) }),
      ...(connection !== undefined && {
        sub: connection === null ? 'usr_1' : `${strip(connection)};00u1ada`,
        amr: connection === null ? null : [strip(connection)],
      }),
    };
    return vendor.control.tamper({ target: 'id_token', claims });
  }
  const honest = {
    id: 'prof_1',
    organization_id: strip(vendor.organization('Acme Corp')),
    connection_id: strip(vendor.connection('Acme Okta')),
    idp_id: '00u1ada',
    email: 'ada@acme.example',
  };
  return vendor.control.tamper({
    target: 'token_response',
    claims: {
      profile: {
        ...honest,
        ...(organization !== undefined && { organization_id: strip(organization) }),
        ...(connection !== undefined && { connection_id: strip(connection) }),
      },
    },
  });
}

describe.each(vendorNames)('at %s', (name) => {
  it('a login for one organization answered with a person of another is refused', async () => {
    const vendor = app.at(name);
    for (const organization of [vendor.organization('Globex'), null]) {
      await answerWith(name, { organization });
      const browser = app.browser();
      const { callback } = await vendor.login(browser, { organization: vendor.organization('Acme Corp') });
      expect((await browser.open(callback)).error).toMatchObject({ reason: 'selector_mismatch' });
      expect(browser.session()).toBeUndefined();
    }
  });

  it('a login for one connection answered with a person of another is refused', async () => {
    const vendor = app.at(name);
    for (const connection of [vendor.connection('Globex Entra ID'), null]) {
      await answerWith(name, { connection });
      const browser = app.browser();
      const { callback } = await vendor.login(browser, { connection: vendor.connection('Acme Okta') });
      expect((await browser.open(callback)).error).toMatchObject({ reason: 'selector_mismatch' });
      expect(browser.session()).toBeUndefined();
    }
  });

  it.each(['organization', 'connection'] as const)(
    'a person who swaps the %s in the URL of the vendor is refused',
    async (selector) => {
      const vendor = app.at(name);
      const browser = app.browser();
      const ids = {
        organization: [vendor.organization('Acme Corp'), vendor.organization('Globex')],
        connection: [vendor.connection('Acme Okta'), vendor.connection('Globex Entra ID')],
      } as const;
      const [acme, globex] = ids[selector];
      const { url } = await vendor.start(browser, { [selector]: acme });
      const swapped = url.replace(acme.slice(name.length + 1), globex.slice(name.length + 1));
      expect(swapped).not.toBe(url);
      const callback = await vendor.signIn(swapped, 'cara@globex.example');
      expect(new URL(callback).searchParams.has('code')).toBe(true);
      expect((await browser.open(callback)).error).toMatchObject({ reason: 'selector_mismatch' });
      expect(browser.session()).toBeUndefined();
    },
  );

  it('a login without organization or connection asked for tells whose person it is', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const asked = name === 'scalekit' ? { domain: 'acme.example' } : { identityProvider: 'GoogleOAuth' };
    const url = new URL((await vendor.start(browser, asked)).url);
    for (const parameter of ['domain', 'domain_hint', 'provider']) url.searchParams.delete(parameter);
    const parameter = name === 'scalekit' ? 'organization_id' : 'organization';
    url.searchParams.set(parameter, vendor.organization('Globex').slice(name.length + 1));
    await browser.open(await vendor.signIn(url.href, 'cara@globex.example'));
    expect(app.results).toMatchObject([{ organizationId: vendor.organization('Globex') }]);
    expect(app.results.at(0)!.assurance).not.toContain('selector_match');
  });
});
