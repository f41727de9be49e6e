import { SsoError } from '@org/sso-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useApp, vendorNames } from '../support/app.js';

const app = useApp();

const names = fc.constantFrom(
  'code',
  'state',
  'error',
  'error_description',
  'iss',
  'idp_initiated_login',
  'connection_id',
  'organization_id',
  'response',
  '__proto__',
);
/** `STATE` and `ISSUER` stand for those of the login at hand. */
const values = fc.oneof(
  fc.constantFrom('', 'STATE', 'ISSUER', 'idp_initiated_sso_disabled', 'access_denied', 'a.b.c'),
  fc.constantFrom('eyJhbGciOiJub25lIn0.e30.', '\u0000', '\ud800', '%', '../..', 'x'.repeat(9000)),
  fc.string({ unit: 'binary' }),
);
const queries = fc.oneof(
  fc
    .array(fc.tuple(fc.oneof(names, fc.string()), values))
    .map((pairs) => new URLSearchParams(pairs).toString()),
  fc.array(values).map((more) => `code=x&state=STATE&${more.join('&')}`),
  fc.webQueryParameters(),
  fc.string({ unit: 'binary' }),
);

describe.each(vendorNames)('at %s', (name) => {
  it('any callback query gives a result or a typed error', { timeout: 60_000 }, async () => {
    const vendor = app.at(name);
    const { login } = vendor.sso;
    const organization = vendor.organization('Acme Corp');
    const outcomes = new Set<string>();
    const record = (error: unknown) => {
      // `internal` is a foreign error in an envelope.
      if (!SsoError.isInstance(error) || error.code === 'internal') throw error;
      app.leaks.output(error.message);
      outcomes.add((error as { reason?: string }).reason ?? error.code);
    };
    await fc.assert(
      fc.asyncProperty(queries, fc.constantFrom('own', 'none', 'garbage'), async (query, brought) => {
        const begun = await login.begin({ organization });
        const flow = { own: begun.flow, none: undefined, garbage: query }[brought];
        const callback = `https://app.example/callback?${query
          .replaceAll('STATE', begun.state)
          .replaceAll('ISSUER', encodeURIComponent(vendor.emulator.url))}`;
        await login.complete({ callback, flow }).then((result) => result.profile, record);
        await login.readIdpInitiated(callback).then((start) => start?.returnTo, record);
      }),
      { numRuns: 300 },
    );
    // It reached both ends: what is refused at once, and what only the vendor refuses.
    expect([...outcomes]).toEqual(expect.arrayContaining(['unsolicited', 'flow_missing', 'code_rejected']));
  });

  it('any callback query gets an answer of the handlers, and no session', { timeout: 60_000 }, async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const { state } = await vendor.start(browser);
        const target = query.replaceAll('STATE', state).slice(0, 10_000);
        const { status } = await browser.open(`/sso/${name}/callback?${target}`);
        expect([303, 403]).toContain(status);
        expect(browser.session()).toBeUndefined();
        browser.cookies.clear();
      }),
      { numRuns: 150 },
    );
  });

  it('any answer of the token endpoint gives a typed error', { timeout: 60_000 }, async () => {
    const vendor = app.at(name);
    const { login } = vendor.sso;
    const organization = vendor.organization('Acme Corp');
    const bodies = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ access_token: fc.jsonValue(), id_token: fc.jsonValue(), profile: fc.jsonValue() })
        .map((body) => JSON.stringify(body)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(200, 302, 400, 401, 500), async (body, status) => {
        const { flow, state } = await login.begin({ organization });
        await vendor.control.addFault({
          match: { path: '/token$' },
          status,
          contentType: 'application/json',
          body,
        });
        const completed = login.complete({
          callback: `https://app.example/callback?code=x&state=${state}`,
          flow,
        });
        expect(await app.leaks.failureOf(completed)).toMatchObject({
          provider: name,
          code: expect.not.stringMatching('internal'),
        });
      }),
      { numRuns: 150 },
    );
  });
});
