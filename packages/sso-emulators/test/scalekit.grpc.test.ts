import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { DescService } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ErrorInfoSchema } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/errdetails/errdetails_pb.js';
import { OrganizationService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb.js';
import { RolesService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/roles/roles_pb.js';
import { UserService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/users/users_pb.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ScalekitEmulator, startScalekitEmulator } from '@org/sso-emulators';

async function start(): Promise<ScalekitEmulator> {
  const emulator = await startScalekitEmulator({ grpc: true });
  onTestFinished(() => emulator.close());
  return emulator;
}

async function tokenOf({ url, clientId, clientSecret }: ScalekitEmulator): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

function clientOf<S extends DescService>({ url }: ScalekitEmulator, service: S, token?: string) {
  return createClient(
    service,
    createGrpcTransport({
      baseUrl: url,
      interceptors: [
        (next) => (request) => {
          if (token !== undefined) request.header.set('authorization', `Bearer ${token}`);
          return next(request);
        },
      ],
    }),
  );
}

async function refusal(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => {
      throw new Error('not refused');
    },
    (error: unknown) => ConnectError.from(error),
  );
}

async function answerTo(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  await once(socket, 'close');
  return text;
}

describe('gRPC on the origin of the REST API', () => {
  it('serves the state of the REST API', async () => {
    const emulator = await start();
    const token = await tokenOf(emulator);
    const organizations = clientOf(emulator, OrganizationService, token);
    const { organization } = await organizations.createOrganization({
      organization: { displayName: 'Initech', externalId: 'a/b c', metadata: { tier: 'gold' } },
    });
    const headers = { authorization: `Bearer ${token}` };
    const rest = await fetch(`${emulator.url}/api/v1/organizations/${organization?.id}`, { headers });
    expect(await rest.json()).toMatchObject({
      organization: { display_name: 'Initech', external_id: 'a/b c', metadata: { tier: 'gold' } },
    });
    expect(
      await organizations.getOrganizationByExternalId({ identities: { case: 'externalId', value: 'a/b c' } }),
    ).toMatchObject({
      organization: { id: organization?.id },
    });
    const { nextPageToken, totalSize } = await organizations.listOrganization({ pageSize: 1 });
    expect(totalSize).toBe(3);
    const second = await organizations.listOrganization({ pageSize: 1, pageToken: nextPageToken });
    expect(second.organizations.map(({ displayName }) => displayName)).toEqual(['Globex']);
  });

  it('takes the binding whose path is filled in', async () => {
    const emulator = await start();
    const token = await tokenOf(emulator);
    const users = clientOf(emulator, UserService, token);
    const [acme] = emulator.organizations();
    const { user } = await users.createUserAndMembership({
      organizationId: acme?.id ?? '',
      user: { email: 'cleo@acme.example', externalId: 'user_cleo' },
    });
    for (const identities of [
      { case: 'id', value: user?.id ?? '' },
      { case: 'externalId', value: 'user_cleo' },
    ] as const) {
      expect((await users.getUser({ identities })).user?.email).toBe('cleo@acme.example');
    }
    expect(await refusal(users.getUser({}))).toMatchObject({ code: Code.InvalidArgument });
  });

  it('takes the external id of an organization where the REST path has only its id', async () => {
    const emulator = await start();
    const organizations = clientOf(emulator, OrganizationService, await tokenOf(emulator));
    const [acme] = emulator.organizations();
    const named = (value: string) => ({ identities: { case: 'externalId' as const, value } });
    const { organization } = await organizations.updateOrganization({
      ...named('tenant_acme'),
      organization: { displayName: 'Acme Inc' },
    });
    expect(organization).toMatchObject({ id: acme?.id, displayName: 'Acme Inc' });
    expect(await refusal(organizations.getOrganization(named('tenant_none')))).toMatchObject({
      code: Code.NotFound,
    });
  });

  it('answers errors with ErrorInfo', async () => {
    const emulator = await start();
    const organizations = clientOf(emulator, OrganizationService, await tokenOf(emulator));
    const missing = await refusal(
      organizations.getOrganization({ identities: { case: 'id', value: 'org_1' } }),
    );
    expect(missing).toMatchObject({ code: Code.NotFound, rawMessage: 'organization not found' });
    expect(missing.findDetails(ErrorInfoSchema)).toMatchObject([{ errorCode: 'NOT_FOUND' }]);
    const invalid = await refusal(organizations.createOrganization({ organization: { displayName: '' } }));
    expect(invalid.code).toBe(Code.InvalidArgument);
    expect(invalid.findDetails(ErrorInfoSchema)).toMatchObject([
      { validationErrorInfo: { fieldViolations: [{ field: 'display_name' }] } },
    ]);
  });

  it('refuses calls without a token, and operations it does not serve', async () => {
    const emulator = await start();
    const anonymous = clientOf(emulator, OrganizationService);
    expect(await refusal(anonymous.listOrganization({}))).toMatchObject({ code: Code.Unauthenticated });
    const roles = clientOf(emulator, RolesService, await tokenOf(emulator));
    expect(await refusal(roles.listRoles({}))).toMatchObject({ code: Code.Unimplemented });
  });

  it('logs and spoils the REST request of a call', async () => {
    const emulator = await start();
    const { control } = emulator;
    const organizations = clientOf(emulator, OrganizationService, await tokenOf(emulator));
    await control.addFault({ match: { path: '^/api/v1/organizations$' }, status: 503, body: 'down' });
    expect(await refusal(organizations.listOrganization({}))).toMatchObject({ code: Code.Unavailable });
    await control.addFault({ match: { method: 'GET' }, closeConnection: true });
    await control.clearTraffic();
    await refusal(organizations.listOrganization({ pageSize: 7 }));
    expect(await control.traffic()).toMatchObject([
      { method: 'GET', path: '/api/v1/organizations', query: 'page_size=7', status: null },
    ]);
    expect((await organizations.listOrganization({})).organizations).toHaveLength(2);
  });

  it('tells HTTP/2 from HTTP/1.1 by the first bytes, however they arrive', async () => {
    const emulator = await start();
    const { port } = new URL(emulator.url);
    const socket = connect(Number(port), '127.0.0.1');
    for (const part of ['P', 'RI', 'VATE /keys HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n']) {
      socket.write(part);
      await delay(10);
    }
    expect(await answerTo(socket)).toMatch(/^HTTP\/1\.1 400 /);
    const slow = connect(Number(port), '127.0.0.1');
    for (const part of ['G', 'ET /ke', 'ys HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n']) {
      slow.write(part);
      await delay(10);
    }
    expect(await answerTo(slow)).toMatch(/^HTTP\/1\.1 200 /);

    const session = connect(Number(port), '127.0.0.1');
    onTestFinished(() => {
      session.destroy();
    });
    const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    for (const part of ['PR', 'I * HTTP/2', '.0\r\n\r\nSM\r\n\r\n', emptySettings]) {
      session.write(part);
      await delay(10);
    }
    const [answer] = (await once(session, 'data')) as [Buffer];
    expect(answer[3]).toBe(4);
  });

  it('closes with connections of all kinds open', async () => {
    const emulator = await startScalekitEmulator({ grpc: true });
    const { port } = new URL(emulator.url);
    const silent = connect(Number(port), '127.0.0.1');
    await once(silent, 'connect');
    await fetch(`${emulator.url}/keys`);
    await refusal(clientOf(emulator, OrganizationService).listOrganization({}));
    const closed = once(silent, 'close');
    await emulator.close();
    await closed;
    await expect(fetch(`${emulator.url}/keys`)).rejects.toThrow('fetch failed');
  });
});
