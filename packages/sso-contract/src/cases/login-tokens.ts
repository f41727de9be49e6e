import type { ContractCase } from '../contract-case.js';
import { loginNeeds, startLogin } from './support.js';

const needs = [...loginNeeds, 'world.spoilToken'] as const;

const flawsOfIdToken = {
  signature: 'signed by nobody known',
  issuer: 'of another issuer',
  audience: 'for another client',
  authorized_party: 'authorized for another party',
  expiry: 'that has expired',
  nonce: 'with the nonce of another login',
  access_token_hash: 'with the hash of another access token',
} as const;

const flawsOfAccessToken = { signature: flawsOfIdToken.signature, issuer: flawsOfIdToken.issuer } as const;

/** Tokens the vendor would never issue: only verification tells. */
export const loginTokenCases: readonly ContractCase[] = [
  ...Object.entries(flawsOfIdToken).map(([flaw, description], index): ContractCase => ({
    id: `LOGIN-${81 + index}`,
    title: `An ID token ${description} signs nobody in: verification_failed.`,
    requires: ['login'],
    features: ['login.idToken'],
    needs,
    async run(context) {
      const { sso, check, world, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      await world.spoilToken('id_token', flaw as keyof typeof flawsOfIdToken);
      await check.rejects(() => sso.login.complete({ callback, flow: begun.flow }), 'verification_failed');
    },
  })),
  ...Object.entries(flawsOfAccessToken).map(([flaw, description], index): ContractCase => ({
    id: `LOGIN-${91 + index}`,
    title: `An access token ${description} is verification_failed.`,
    requires: ['login'],
    needs,
    async run(context) {
      const { sso, check, world, createTenant } = context;
      const { begun, callback } = await startLogin(context, await createTenant());
      await world.spoilToken('access_token', flaw as keyof typeof flawsOfAccessToken);
      const { tokens } = await sso.login.complete({ callback, flow: begun.flow });
      await check.rejects(() => sso.login.verifyAccessToken(tokens.accessToken), 'verification_failed');
    },
  })),
];
