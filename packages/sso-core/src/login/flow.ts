import { createHash, hkdfSync } from 'node:crypto';
import type { LoginSelector } from '../provider/facets/login.js';

/** Everything `complete` needs to know of the `begin` it belongs to. Sealed, so that the browser can carry it. */
export interface LoginFlow {
  readonly id: string;
  readonly provider: string;
  readonly environment: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly selector: LoginSelector;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnTo: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export interface FlowSealer {
  seal(flow: LoginFlow): Promise<string>;
  /** `undefined` when the value was not sealed for this purpose with one of the secrets. */
  open(sealed: string): Promise<LoginFlow | undefined>;
}

const purpose = '@org/sso-core/login-flow/v1';
const maxSealedLength = 8192;

/** JWE (RFC 7516) with direct AES-256-GCM; the key is derived per purpose (HKDF-SHA256), so no other sealed value opens here. */
export function createFlowSealer(secrets: readonly string[]): FlowSealer {
  const keys = secrets.map((secret) => {
    const key = new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32));
    return { key, id: createHash('sha256').update(key).digest('base64url').slice(0, 11) };
  });
  return {
    async seal(flow) {
      const { CompactEncrypt } = await import('jose/jwe/compact/encrypt');
      const { key, id } = keys[0]!;
      return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(flow)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: purpose, kid: id })
        .encrypt(key);
    },
    async open(sealed) {
      if (sealed.length > maxSealedLength) return undefined;
      const { compactDecrypt } = await import('jose/jwe/compact/decrypt');
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          sealed,
          ({ kid }) => {
            const found = keys.find(({ id }) => id === kid);
            if (!found) throw new Error('unknown key');
            return found.key;
          },
          { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
        );
        if (protectedHeader.typ !== purpose) return undefined;
        return JSON.parse(new TextDecoder().decode(plaintext)) as LoginFlow;
      } catch {
        return undefined;
      }
    },
  };
}
