import { describe, expect, it } from 'vitest';
import {
  createControlClient,
  type Fault,
  type Seed,
  startScalekitEmulator,
  startWorkosEmulator,
} from '@org/sso-emulators';
import { authorizeUrl, call, exchange, signIn, workos, world } from './support.js';

describe('the fault dial', () => {
  it('answers instead of the handler, as often as asked, and only where it matches', async () => {
    const emulator = await workos();
    await emulator.control.addFault({
      match: { method: 'GET', path: '^/connections' },
      times: 2,
      status: 429,
      headers: { 'retry-after': '1' },
      body: '"Ratelimited"',
    });
    expect((await call(emulator, 'GET', '/organizations')).status).toBe(200);
    for (let round = 0; round < 2; round += 1) {
      const limited = await call(emulator, 'GET', '/connections');
      expect([limited.status, limited.body, limited.headers.get('retry-after')]).toEqual([
        429,
        'Ratelimited',
        '1',
      ]);
      expect(limited.headers.get('x-request-id')).not.toBeNull();
    }
    expect((await call(emulator, 'GET', '/connections')).status).toBe(200);
  });

  it.each<[string, Fault, object]>([
    ['a 502', { status: 502 }, { status: 502, text: '' }],
    ['a closed connection', { closeConnection: true }, { message: 'fetch failed' }],
  ])('loses the answer in %s after the handler did its work', async (_name, loss, seen) => {
    const emulator = await workos();
    const code = await signIn(emulator, { organization: world(emulator).acme.id }, 'ada@acme.example');
    await emulator.control.addFault({ match: { path: '/sso/token' }, afterHandler: true, ...loss });
    expect(await exchange(emulator, { code }).catch((error: unknown) => error)).toMatchObject(seen);
    expect((await exchange(emulator, { code })).body.error).toBe('invalid_grant');
  });

  it('strikes a share of the requests, the same ones for the same seed', async () => {
    const emulator = await workos();
    async function struck(fault: Fault): Promise<boolean[]> {
      await emulator.control.addFault({ status: 503, times: 1000, ...fault });
      const statuses = [];
      for (let request = 0; request < 60; request += 1)
        statuses.push((await call(emulator, 'GET', '/organizations')).status === 503);
      await emulator.control.clearFaults();
      return statuses;
    }
    const first = await struck({ share: 0.3, shareSeed: 7 });
    expect(first.filter(Boolean).length).toBeGreaterThan(5);
    expect(first.filter(Boolean).length).toBeLessThan(40);
    expect(await struck({ share: 0.3, shareSeed: 7 })).toEqual(first);
    expect(await struck({ share: 0.3, shareSeed: 8 })).not.toEqual(first);
    expect(await struck({ share: 1 })).not.toContain(false);
  });

  it('closes, truncates, drips and delays', async () => {
    const emulator = await workos();
    const read = async () => call(emulator, 'GET', '/organizations');
    await emulator.control.addFault({ closeConnection: true });
    await expect(read()).rejects.toThrow('fetch failed');
    await emulator.control.addFault({ truncateBodyAt: 20 });
    await expect(read()).rejects.toThrow('terminated');
    const timed = async () => {
      const started = performance.now();
      expect((await read()).body.data).toHaveLength(2);
      return performance.now() - started;
    };
    await emulator.control.addFault({ dripBytesPerSecond: 5000 });
    expect(await timed()).toBeGreaterThan(150);
    await emulator.control.addFault({ delayMs: 150 });
    expect(await timed()).toBeGreaterThan(140);
    await emulator.control.addFault({ status: 500 });
    await emulator.control.clearFaults();
    expect((await read()).status).toBe(200);
  });

  it('refuses what it does not understand in one line', async () => {
    const emulator = await workos();
    const post = async (body: object) =>
      (await fetch(`${emulator.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(body) })).json();
    expect(await post({ statsu: 500 })).toEqual({
      message: expect.stringMatching(/^fault\.statsu is not a known field/),
    });
    expect(await post({ share: 0 })).toEqual({
      message: 'fault.share must be a number above 0 and at most 1',
    });
    expect(await post({ times: 0 })).toEqual({ message: 'fault.times must be 1 or more' });
    expect(await post({ status: 42 })).toEqual({ message: 'fault.status must be a status from 200 to 599' });
    expect(await post({ match: { path: '(' } })).toEqual({
      message: 'fault.match.path must be the source of a regular expression',
    });
  });
});

describe('the control API', () => {
  it('logs traffic and forgets it', async () => {
    const emulator = await workos({ clock: '2026-03-01T12:00:00.000Z' });
    await call(emulator, 'POST', '/organizations?x=1', { name: 'Initech' });
    expect(await emulator.control.traffic()).toEqual([
      {
        method: 'POST',
        path: '/organizations',
        query: 'x=1',
        headers: expect.objectContaining({ authorization: `Bearer ${emulator.apiKey}` }),
        body: '{"name":"Initech"}',
        status: 201,
        receivedAt: '2026-03-01T12:00:00.000Z',
      },
    ]);
    await emulator.control.clearTraffic();
    expect(await emulator.control.traffic()).toEqual([]);
  });

  it('tells what was received since, whatever it has forgotten', async () => {
    const emulator = await workos();
    const read = (path: string) => call(emulator, 'GET', path);
    const pathsOf = (entries: readonly { readonly path: string }[]) => entries.map(({ path }) => path);
    await read('/organizations');
    const sinceFirst = await emulator.control.recordTraffic();
    expect(await sinceFirst()).toEqual([]);
    await read('/connections');
    const sinceSecond = await emulator.control.recordTraffic();
    await read('/directories');
    expect(pathsOf(await sinceFirst())).toEqual(['/connections', '/directories']);
    expect(pathsOf(await sinceSecond())).toEqual(['/directories']);
    await emulator.control.clearTraffic();
    await read('/organizations');
    expect(pathsOf(await sinceFirst())).toEqual(['/organizations']);
  });

  it('sets unknown values, nulls and missing fields on a connection', async () => {
    const emulator = await workos();
    const { okta } = world(emulator);
    const changed = await emulator.control.updateConnection(okta.id, {
      vendorFields: { connection_type: 'SomethingNew', name: null, extra: { a: 1 } },
      omitFields: ['status'],
    });
    expect(changed).toMatchObject({ connection_type: 'SomethingNew', name: null, extra: { a: 1 } });
    expect(changed).not.toHaveProperty('status');
    expect((await call(emulator, 'GET', `/connections/${okta.id}`)).body).toEqual(changed);
  });

  it('replaces the users of a connection', async () => {
    const emulator = await workos();
    const { okta } = world(emulator);
    await emulator.control.setConnectionUsers(okta.id, [
      { id: 'new', email: 'new@acme.example', attributes: { team: 'core' } },
    ]);
    const callback = await emulator.control.signIn(authorizeUrl(emulator, { connection: okta.id }), {
      user: 'new',
    });
    const code = new URL(callback).searchParams.get('code') ?? '';
    expect((await exchange(emulator, { code })).body.profile).toMatchObject({
      idp_id: 'new',
      custom_attributes: { team: 'core' },
    });
  });

  it('works from any process that knows its address, and says what was wrong', async () => {
    const emulator = await workos();
    const control = createControlClient(emulator.controlUrl);
    expect(await control.state()).toMatchObject({
      organizations: [{ name: 'Acme Corp' }, { name: 'Globex' }],
    });
    await expect(control.updateConnection('conn_0', { name: 'x' })).rejects.toThrow(
      'There is no connection conn_0.',
    );
    await expect(
      control.createConnection({ organizationId: 'org_0', protocol: 'saml', identityProvider: 'okta' }),
    ).rejects.toThrow('connection.organizationId names no organization (org_0)');
    await expect(control.updateConnection(world(emulator).okta.id, { status: 'COMPLETED' })).rejects.toThrow(
      'connection.status must be one of requires_type, draft, validating',
    );
  });

  it('takes a reset back to the seed, ids and clock included', async () => {
    const emulator = await workos({ clock: '2026-03-01T12:00:00.000Z' });
    const before = await emulator.control.state();
    await emulator.control.advanceClock(1000);
    await call(emulator, 'DELETE', `/organizations/${world(emulator).acme.id}`);
    await call(emulator, 'POST', '/organizations', { name: 'Initech' });
    await emulator.control.addFault({ status: 500 });
    await emulator.control.reset();
    expect(await emulator.control.state()).toEqual(before);
    expect((await call(emulator, 'GET', '/organizations')).status).toBe(200);
  });
});

describe.each([
  ['workos', startWorkosEmulator],
  ['scalekit', startScalekitEmulator],
] as const)('a %s emulator', (_vendor, start) => {
  it('makes the same ids from the same seed and a frozen clock', async () => {
    const clock = '2026-03-01T12:00:00.000Z';
    const [one, two] = [await start({ clock }), await start({ clock })];
    expect(one.organizations()).toEqual(two.organizations());
    expect(one.connections()).toEqual(two.connections());
    await Promise.all([one.close(), two.close()]);
  });

  it('refuses a port that is taken, a clock that is none and a seed with a fault, by name', async () => {
    const running = await start();
    await expect(start({ port: Number(new URL(running.url).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await running.close();
    await expect(start({ clock: 'noon' })).rejects.toThrow(
      'clock must be "real" or an ISO 8601 instant (got "noon")',
    );
    const seed = {
      organizations: [{ name: 'Acme', connections: [{ protocol: 'ldap', identityProvider: 'okta' }] }],
    };
    // A seed usually comes from a file, where no compiler looked at it.
    const untyped: unknown = seed;
    await expect(start({ seed: untyped as Seed })).rejects.toThrow(
      'organizations[0].connections[0].protocol must be one of saml, oidc, oauth (got "ldap")',
    );
  });

  it('stops at once, open connections included', async () => {
    const emulator = await start();
    await emulator.control.addFault({ delayMs: 60_000 });
    const hanging = fetch(`${emulator.url}/organizations`).catch((error: unknown) => error);
    await emulator.control.traffic();
    await emulator.close();
    expect(await hanging).toBeInstanceOf(TypeError);
    await expect(fetch(emulator.url)).rejects.toThrow('fetch failed');
  });

  it('escapes what it shows', async () => {
    const name = '<img src=x onerror=alert(1)>"';
    const emulator = await start({
      seed: {
        organizations: [
          {
            name,
            connections: [
              {
                name,
                protocol: 'saml',
                identityProvider: 'okta',
                users: [{ id: '"><b>', email: 'a@b.example', firstName: name }],
              },
            ],
          },
        ],
      },
    });
    const [connection] = emulator.connections();
    const page = await (await fetch(`${emulator.controlUrl}/idp/${connection?.id}`)).text();
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x');
    expect(page).toContain('value="&quot;&gt;&lt;b&gt;"');
    await emulator.close();
  });
});
