// A process that deletes a connection and is killed at the point named: before the vendor is asked, or after it has answered. Runs what
// is built, as an app would.
import { createSsoAdmin } from '@org/sso-admin';
import { createSso } from '@org/sso-core';
import { createAxiosTransport } from '@org/sso-core/http';
import { createScalekit } from '@org/sso-scalekit';
import { createSqliteStore } from '@org/sso-store';
import { createWorkos } from '@org/sso-workos';

const { vendor, url, clientId, secret, path, ref, request, dieAt, now } = JSON.parse(process.env.TASK);
const send = createAxiosTransport();
const http = {
  async transport(sent) {
    const isDeletion = sent.method === 'DELETE';
    if (isDeletion && dieAt === 'before') process.kill(process.pid, 'SIGKILL');
    const response = await send(sent);
    if (isDeletion && dieAt === 'after') process.kill(process.pid, 'SIGKILL');
    return response;
  },
};
const provider =
  vendor === 'scalekit'
    ? createScalekit({ environmentUrl: url, clientId, clientSecret: secret, http })
    : createWorkos({ apiKey: secret, clientId, baseUrl: url, http });
const store = createSqliteStore({ path });
const admin = createSsoAdmin({ sso: createSso({ provider }), store: store.audit, now: () => now });
await admin.deleteConnection(ref, request);
await store.close();
