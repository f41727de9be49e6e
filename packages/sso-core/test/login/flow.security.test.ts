import { CompactEncrypt } from 'jose';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlowSealer, type LoginFlow } from '../../src/login/flow.js';

const secret = 's'.repeat(32);
const other = 'o'.repeat(32);
const flow: LoginFlow = {
  id: 'id',
  provider: 'workos',
  environment: 'client_1',
  clientId: 'client_1',
  redirectUri: 'https://app.example.com/sso/workos/callback',
  selector: { domain: 'acme.example' },
  state: 'state',
  nonce: 'nonce',
  codeVerifier: 'verifier-canary',
  returnTo: '/',
  expiresAt: 1,
};

describe('sealed login flow', () => {
  it('opens what it sealed, and hides it', async () => {
    const sealed = await createFlowSealer([secret]).seal(flow);
    expect(sealed).not.toContain('canary');
    expect(await createFlowSealer([secret]).open(sealed)).toEqual(flow);
  });

  it('rotates: a new first secret seals, an old one still opens until it is dropped', async () => {
    const sealed = await createFlowSealer([secret]).seal(flow);
    expect(await createFlowSealer([other, secret]).open(sealed)).toEqual(flow);
    expect(await createFlowSealer([other]).open(sealed)).toBeUndefined();
  });

  it('refuses any changed byte', async () => {
    const sealer = createFlowSealer([secret]);
    const sealed = await sealer.seal(flow);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sealed.length - 1),
        fc.constantFrom(...'AZaz09-_.'),
        async (index, character) => {
          const tampered = sealed.slice(0, index) + character + sealed.slice(index + 1);
          fc.pre(tampered !== sealed && decoded(tampered) !== decoded(sealed));
          expect(await sealer.open(tampered)).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses anything that is not its own', async () => {
    const sealer = createFlowSealer([secret]);
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await sealer.open(text)).toBeUndefined();
      }),
    );
    expect(await sealer.open('a'.repeat(100_000))).toBeUndefined();
  });

  it('refuses a value sealed with the bare secret for another purpose', async () => {
    const foreign = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(flow)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: '@org/sso-core/login-flow/v1' })
      .encrypt(new TextEncoder().encode(secret));
    expect(await createFlowSealer([secret]).open(foreign)).toBeUndefined();
  });
});

// The last base64url character of a part may carry unused bits: two spellings of the same bytes.
function decoded(sealed: string): string {
  return sealed
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');
}
