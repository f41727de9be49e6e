import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useApp, vendorNames, type Vendor } from '../support/app.js';

const app = useApp();

function selectorsOf(name: string, vendor: Vendor): Record<string, string>[] {
  return [
    { organization: vendor.organization('Acme Corp') },
    { connection: vendor.connection('Acme Okta') },
    { domain: 'acme.example' },
    { email: 'ada@acme.example' },
    { identityProvider: name === 'workos' ? 'GoogleOAuth' : 'google' },
  ];
}

describe.each(vendorNames)('at %s', (name) => {
  it('every login carries a challenge of its own, always S256', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const challenges = new Set<string>();
    for (const selector of selectorsOf(name, vendor)) {
      const { searchParams } = new URL((await vendor.start(browser, selector)).url);
      expect(searchParams.getAll('code_challenge_method')).toEqual(['S256']);
      expect(searchParams.getAll('code_challenge')).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
      challenges.add(searchParams.get('code_challenge')!);
    }
    expect(challenges.size).toBe(5);
  });

  it('the verifier of the challenge is sent with the code, and nowhere before', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { url, callback } = await vendor.login(browser);
    await browser.open(callback);
    const exchanges = await vendor.exchanges();
    expect(exchanges).toHaveLength(1);
    const verifier = new URLSearchParams(exchanges.at(0)!.body).get('code_verifier')!;
    expect(verifier).toMatch(/^[\w-]{43}$/);
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
      new URL(url).searchParams.get('code_challenge'),
    );
    const traffic = await vendor.control.traffic();
    expect(traffic.filter(({ query, body }) => `${query} ${body}`.includes(verifier))).toEqual(exchanges);
  });

  it.each(['plain', 's256', ''])(
    'an authorization request downgraded to method "%s" ends in a refusal',
    async (method) => {
      const vendor = app.at(name);
      const browser = app.browser();
      const downgraded = new URL((await vendor.start(browser)).url);
      downgraded.searchParams.set('code_challenge_method', method);
      const callback = await vendor.signIn(downgraded.href);
      expect(new URL(callback).searchParams.has('code')).toBe(false);
      expect((await browser.open(callback)).error).toMatchObject({
        code: 'login_rejected',
        vendorCode: 'invalid_request',
      });
    },
  );

  it('a stolen code is worth nothing without its verifier, even with the client secret', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback } = await vendor.login(browser);
    await browser.open(callback);
    const exchange = (await vendor.exchanges()).at(0)!;
    for (const verifier of [undefined, '', 'v'.repeat(43)]) {
      const stolen = new URL((await vendor.login(app.browser())).callback).searchParams.get('code')!;
      const form = new URLSearchParams(exchange.body);
      form.set('code', stolen);
      if (verifier === undefined) form.delete('code_verifier');
      else form.set('code_verifier', verifier);
      const answer = await fetch(vendor.emulator.url + exchange.path, { method: 'POST', body: form });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
    }
  });
});
