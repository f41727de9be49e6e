import { describe, expect, it } from 'vitest';
import { cookiesOf, createApp } from './support.js';

describe('the flow cookie', () => {
  it.each(['https://app.example.com', 'https://app.example.com:8443', 'https://localhost'])(
    'is a __Host- cookie at %s',
    async (origin) => {
      const { name, attributes } = await createApp({ origin }).start();
      expect(name).toMatch(/^__Host-sso-flow-[\w-]{16}$/);
      expect(attributes.toSorted()).toEqual([
        'HttpOnly',
        expect.stringMatching(/^Max-Age=\d+$/),
        'Path=/',
        'SameSite=Lax',
        'Secure',
      ]);
    },
  );

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'has neither prefix nor Secure at %s',
    async (origin) => {
      const { name, attributes } = await createApp({ origin }).start();
      expect(name).toMatch(/^sso-flow-[\w-]{16}$/);
      expect(attributes.toSorted()).toEqual([
        'HttpOnly',
        expect.stringMatching(/^Max-Age=\d+$/),
        'Path=/',
        'SameSite=Lax',
      ]);
    },
  );

  it.each([
    [undefined, [599, 600]],
    [90, [89, 90]],
  ])('lives as long as the flow: flowLifetimeSeconds %s', async (flowLifetimeSeconds, expected) => {
    const app = createApp(flowLifetimeSeconds === undefined ? {} : { login: { flowLifetimeSeconds } });
    const { attributes } = await app.start();
    const maxAge = attributes.find((attribute) => attribute.startsWith('Max-Age='))!;
    expect(expected).toContain(Number(maxAge.slice('Max-Age='.length)));
  });

  it.each([
    ['ASCII', `/${'a'.repeat(2047)}`],
    ['percent-encoded', `/${'é'.repeat(341)}`],
  ])('fits a browser with the longest return path, %s', async (_kind, returnTo) => {
    const app = createApp();
    const { cookie, callback } = await app.signIn(
      `email=ada@acme.example&returnTo=${encodeURIComponent(returnTo)}`,
    );
    expect(Buffer.byteLength(cookie)).toBeLessThanOrEqual(4096);
    const answer = await app.open(callback, { cookie });
    expect(answer.headers.get('location')).toBe(new URL(returnTo, app.origin).pathname);
  });

  it.each([`/${'a'.repeat(2048)}`, `/${'é'.repeat(2000)}`])(
    'drops a return path that would not fit',
    async (returnTo) => {
      const app = createApp();
      const { cookie, callback } = await app.signIn(
        `email=ada@acme.example&returnTo=${encodeURIComponent(returnTo)}`,
      );
      expect(Buffer.byteLength(cookie)).toBeLessThanOrEqual(4096);
      expect((await app.open(callback, { cookie })).headers.get('location')).toBe('/');
    },
  );

  it('is found among others and cleared with the attributes it was set with', async () => {
    for (const origin of ['https://app.example.com', 'http://localhost:3000']) {
      const app = createApp({ origin });
      const { cookie, name, attributes, callback } = await app.signIn();
      const answer = await app.open(callback, { cookie: `a=b; ${name}x=y;${cookie} ; session=old` });
      expect(answer.headers.get('location')).toBe('/');
      expect(cookiesOf(answer)).toEqual([
        { name: 'session', value: 'ada@acme.example', attributes: [] },
        { name, value: '', attributes: ['Max-Age=0', ...attributes.slice(1)] },
      ]);
    }
  });

  it('is cleared after a refused login too, and left alone when it belongs to another', async () => {
    const app = createApp();
    const [refused, other] = [await app.start(), await app.start()];
    const answer = await app.open(app.world.signIn(refused.url, { error: 'access_denied' }), {
      cookie: `${other.cookie}; ${refused.cookie}`,
    });
    expect(answer.status).toBe(403);
    expect(cookiesOf(answer)).toEqual([
      {
        name: refused.name,
        value: '',
        attributes: ['Max-Age=0', 'Path=/', 'HttpOnly', 'SameSite=Lax', 'Secure'],
      },
    ]);
  });
});
