import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemoryProvider } from '../../src/testing/index.js';
import { cookiesOf, createApp } from './support.js';

const exchanges = (app: ReturnType<typeof createApp>) =>
  app.world.calls.filter(({ operation }) => operation === 'login.complete');

/** A vendor that brings unsolicited logins as a code without state. */
const withUnsolicitedCodes = (provider: MemoryProvider): MemoryProvider => ({
  ...provider,
  login: {
    ...provider.login,
    readUnsolicited: async (parameters) =>
      parameters.has('code') && !parameters.has('state')
        ? { selector: null, loginHint: null, relayState: null, oneTimeId: null }
        : null,
  },
});

describe('a callback that was not asked for', () => {
  it('is refused', async () => {
    const app = createApp();
    const answer = await app.open('callback?code=code_1');
    expect([answer.status, await answer.text()]).toEqual([403, 'Sign-in failed: unsolicited.\n']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(cookiesOf(answer)).toEqual([]);
    expect(exchanges(app)).toEqual([]);
  });

  it('leads to the sign-in page where the vendor starts logins that way, its code sent nowhere', async () => {
    const app = createApp({ adapt: withUnsolicitedCodes, signInPath: '/sign-in' });
    const answer = await app.open('callback?code=code_1');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?sso=identify']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(cookiesOf(answer)).toEqual([]);
    expect(exchanges(app)).toEqual([]);
  });
});

describe('an attacker', () => {
  it("cannot finish an own login in somebody else's browser", async () => {
    const app = createApp();
    const [attacker, victim] = [await app.signIn(), await app.start()];
    for (const cookie of ['', victim.cookie, `${attacker.name}=${victim.value}`]) {
      const answer = await app.open(attacker.callback, { cookie });
      expect(answer.status).toBe(403);
      expect(cookiesOf(answer).map(({ name }) => name)).not.toContain('session');
    }
    expect(exchanges(app)).toEqual([]);
  });

  it('cannot replay a callback, even with its cookie', async () => {
    const app = createApp();
    const { callback, cookie } = await app.signIn();
    expect((await app.open(callback, { cookie })).status).toBe(303);
    const again = await app.open(callback, { cookie });
    expect([again.status, await again.text()]).toEqual([403, 'Sign-in failed: flow reused.\n']);
    expect(exchanges(app)).toHaveLength(1);
  });

  it('cannot replay or forge a signed request of the identity provider', async () => {
    const app = createApp();
    const { connectionId, world } = app;
    const arrival = world.startFromIdentityProvider({ connectionId, email: 'ada@acme.example' });
    expect((await app.open(arrival)).status).toBe(303);
    const [replayed, forged] = [await app.open(arrival), await app.open(`${arrival}x`)];
    expect([replayed.status, await replayed.text()]).toEqual([403, 'Sign-in failed: flow reused.\n']);
    expect([forged.status, await forged.text()]).toEqual([400, 'Sign-in failed: verification failed.\n']);
    for (const answer of [replayed, forged]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(cookiesOf(answer)).toEqual([]);
    }
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'cannot lead a login on to %s',
    async (returnTo) => {
      const app = createApp();
      const { callback, cookie } = await app.signIn(
        `email=ada@acme.example&returnTo=${encodeURIComponent(returnTo)}`,
      );
      expect((await app.open(callback, { cookie })).headers.get('location')).toBe('/');
    },
  );

  it('reads nothing of their own back from a refusal', async () => {
    const app = createApp();
    const { url, cookie } = await app.start();
    const { searchParams } = new URL(url);
    const answer = await app.open(
      `callback?state=${searchParams.get('state')}&error=%3Cb%3Ecanary&error_description=canary`,
      { cookie },
    );
    expect([answer.status, await answer.text()]).toEqual([403, 'Sign-in failed: provider error.\n']);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(JSON.stringify([...answer.headers])).not.toContain('canary');
  });
});

describe('whatever the query', () => {
  const names = fc.constantFrom(
    'code',
    'state',
    'error',
    'error_description',
    'iss',
    'idp_initiated_login',
    'email',
    'organization',
    'connection',
    'domain',
    'identityProvider',
    'returnTo',
    '__proto__',
  );
  const parameters = (known: string[]) =>
    fc
      .array(fc.tuple(fc.oneof(names, fc.string()), fc.oneof(fc.constantFrom('', ...known), fc.string())))
      .map((pairs) => new URLSearchParams(pairs).toString());
  const queries = (known: string[]) =>
    fc.oneof(parameters(known), fc.webQueryParameters(), fc.string({ unit: 'binary' }));

  it('the callback answers, without a session and without a cache', async () => {
    const app = createApp();
    const { url, name, cookie } = await app.start();
    const state = new URL(url).searchParams.get('state')!;
    await fc.assert(
      fc.asyncProperty(
        queries([state, state.slice(0, 16)]),
        fc.constantFrom('', cookie, `${name}=x`, `${name}=${'a.'.repeat(5000)}`, 'sso-flow-=', ';=;'),
        async (query, cookies) => {
          const answer = await app.open(`callback?${query}`, { cookie: cookies });
          expect([400, 403]).toContain(answer.status);
          expect(answer.headers.get('cache-control')).toBe('no-store');
          expect(cookiesOf(answer).every((each) => each.value === '')).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('the start answers, and leads to the vendor, the sign-in page or a refusal only', async () => {
    const app = createApp();
    const known = [
      'ada@acme.example',
      app.organizationId,
      app.connectionId,
      'acme.example',
      '//evil.example',
    ];
    await fc.assert(
      fc.asyncProperty(queries(known), async (query) => {
        const answer = await app.open(`start?${query}`);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        if (answer.status === 400) return;
        expect(answer.status).toBe(303);
        expect(answer.headers.get('location')).toMatch(
          /^(https:\/\/memory\.invalid\/authorize\?|\/\?sso=unavailable$)/,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
