import type { OperationFinished, OperationStarted } from '@org/sso-core';
import type { ContractCase } from '../contract-case.js';
import { loginNeeds, startLogin } from './support.js';

const canary = 'canary-3f9c1e7a5b2d48c6';

const fail = () => {
  throw new Error('the log is full');
};

export const secretCases: readonly ContractCase[] = [
  {
    id: 'SECRET-01',
    title: 'A wrong credential is unauthenticated, and shows in no error.',
    requires: ['organizations'],
    needs: ['withSecret'],
    async run({ check, createClient, createCustomer, withSecret }) {
      const { organizationId } = await createCustomer();
      const sso = createClient({ provider: withSecret(canary) });
      const error = await check.rejects(() => sso.organizations.get(organizationId), 'unauthenticated');
      check.conceals(error, canary);
    },
  },
  {
    id: 'SECRET-02',
    title: 'A vendor that repeats our credential does not bring it into our error.',
    requires: ['organizations'],
    needs: ['withSecret', 'faults'],
    async run({ check, createClient, createCustomer, withSecret, faults }) {
      const { organizationId } = await createCustomer();
      const sso = createClient({ provider: withSecret(canary) });
      const message = `The key ${canary} is not valid; header was Bearer ${canary}`;
      const body = JSON.stringify({ message, error: 'invalid_client', error_description: message });
      for (const target of ['api', 'code_exchange'] as const)
        await faults.next({ target, status: 400, body, times: 20 });
      const error = await check.rejects(
        () => sso.organizations.get(organizationId),
        'invalid_argument',
        'unauthenticated',
      );
      check.conceals(error, canary);
    },
  },
  {
    id: 'SECRET-03',
    title: 'Inspecting the provider or the client shows no credential.',
    requires: [],
    async run({ sso, provider, check, secrets }) {
      check.conceals(provider, ...secrets);
      check.conceals(sso, ...secrets);
    },
  },
  {
    id: 'HOOK-01',
    title: 'Hooks see the start and the outcome of every operation, and no input, output or token.',
    requires: ['login'],
    needs: loginNeeds,
    async run(context) {
      const { check, createClient, createTenant, world } = context;
      const started: OperationStarted[] = [];
      const finished: OperationFinished[] = [];
      const sso = createClient({
        hooks: {
          operationStarted: (event) => started.push(event),
          operationFinished: (event) => finished.push(event),
        },
      });
      const { connectionId, user } = await createTenant();
      const { url, flow } = await sso.login.begin({ connection: connectionId });
      const callback = await world.signIn(url, { email: user.email });
      const { tokens } = await sso.login.complete({ callback, flow });
      check.equal(
        [...started, ...finished].map(({ operation }) => operation),
        ['login.begin', 'login.complete', 'login.begin', 'login.complete'],
      );
      check.equal(
        finished.map(({ outcome }) => outcome),
        ['ok', 'ok'],
      );
      const code = new URL(callback).searchParams.get('code')!;
      check.conceals([started, finished], code, user.email, connectionId, tokens.accessToken.reveal());
    },
  },
  {
    id: 'HOOK-02',
    title: 'A failure reaches the hook as its code, without the message.',
    requires: ['organizations'],
    async run({ check, createClient, unique }) {
      const finished: OperationFinished[] = [];
      const sso = createClient({ hooks: { operationFinished: (event) => finished.push(event) } });
      const externalId = unique('nobody');
      await check.rejects(() => sso.organizations.getByExternalId(externalId), 'not_found');
      check.equal(
        finished.map(({ outcome }) => outcome),
        ['not_found'],
      );
      check.conceals(finished, externalId);
    },
  },
  {
    id: 'HOOK-03',
    title: 'A hook that throws changes no outcome.',
    requires: ['login'],
    needs: loginNeeds,
    async run(context) {
      const { check, createClient, createTenant } = context;
      const sso = createClient({ hooks: { operationStarted: fail, operationFinished: fail } });
      const tenant = await createTenant();
      const { begun, callback } = await startLogin({ ...context, sso }, tenant);
      const result = await sso.login.complete({ callback, flow: begun.flow });
      check.equal(result.connectionId, tenant.connectionId);
    },
  },
];
