import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestContext, type ClientAddress } from '@org/sso-admin';
import { toNodeHandler } from '@org/sso-core/web';
import { expect, it, onTestFinished } from 'vitest';

function request(headers: Record<string, string> = {}): Request {
  return new Request('https://app.example/settings/sso?tab=1', { headers });
}

it('reads the page, the browser and nothing of where it is from unless told how', () => {
  const forged = {
    'x-forwarded-for': '198.51.100.1',
    forwarded: 'for=198.51.100.1',
    'user-agent': 'Browser/1.0',
  };
  expect(requestContext(request(forged))).toEqual({
    location: 'unknown',
    userAgent: 'Browser/1.0',
    source: '/settings/sso',
  });
  expect(requestContext(request())).toMatchObject({ userAgent: null });
});

it('takes the page and further facts from the app', () => {
  const metadata = { request_id: 'r-1' };
  expect(requestContext(request(), { source: 'settings', metadata })).toMatchObject({
    source: 'settings',
    metadata,
  });
});

it.each([
  [{ header: 'cf-connecting-ip' }, { 'cf-connecting-ip': '203.0.113.7' }, '203.0.113.7'],
  [{ header: 'cf-connecting-ip' }, { 'x-forwarded-for': '203.0.113.7' }, 'unknown'],
  [{ trustedProxies: 1 }, { 'x-forwarded-for': '203.0.113.7' }, '203.0.113.7'],
  // What stands left of the trusted part is the visitor's own invention.
  [{ trustedProxies: 1 }, { 'x-forwarded-for': '10.6.6.6, 203.0.113.7' }, '203.0.113.7'],
  [{ trustedProxies: 2 }, { 'x-forwarded-for': '10.6.6.6, 203.0.113.7, 10.0.0.1' }, '203.0.113.7'],
  [{ trustedProxies: 3 }, { 'x-forwarded-for': '203.0.113.7' }, 'unknown'],
  [{ trustedProxies: 1 }, {}, 'unknown'],
  [{ trustedProxies: 1 }, { 'x-forwarded-for': ' , ' }, 'unknown'],
] as [ClientAddress, Record<string, string>, string][])(
  '%j with %j is %s',
  (clientAddress, headers, location) => {
    expect(requestContext(request(headers), { clientAddress }).location).toBe(location);
  },
);

it('under Node the address is that of the connection', async () => {
  const locations: string[] = [];
  const server = createServer(
    toNodeHandler(
      (incoming) => {
        locations.push(requestContext(incoming).location);
        return new Response('ok');
      },
      { origin: 'https://app.example' },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-forwarded-for': '198.51.100.1' } });
  expect(locations).toEqual(['127.0.0.1']);
});
