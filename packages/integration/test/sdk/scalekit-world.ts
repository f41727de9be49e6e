import { type ScalekitEmulator, startScalekitEmulator } from '@org/sso-emulators';
import { ScalekitClient } from '@scalekit-sdk/node';
import { seed } from './seed.js';

/** The official SDK as a client of the emulator; ids are those since the last reset. */
export interface ScalekitWorld {
  readonly emulator: ScalekitEmulator;
  readonly scalekit: ScalekitClient;
  readonly acme: string;
  readonly globex: string;
  readonly okta: string;
  readonly directory: string;
  /** Signs Ada in by the authorization URL and answers the code of the callback. */
  signIn(authorizationUrl: string): Promise<string>;
  close(): Promise<void>;
}

export const redirectUri = 'http://localhost:3000/callback';

/** Full Stack Auth keeps users, so that every operation on them works. */
export async function createScalekitWorld(): Promise<ScalekitWorld> {
  const emulator = await startScalekitEmulator({
    seed,
    mode: 'full-stack-auth',
    grpc: true,
    webhooks: { automatic: false },
  });
  const { url, clientId, clientSecret, control } = emulator;
  return {
    emulator,
    scalekit: new ScalekitClient(url, clientId, clientSecret),
    get acme() {
      return idOf(emulator.organizations()[0]);
    },
    get globex() {
      return idOf(emulator.organizations()[1]);
    },
    get okta() {
      return idOf(emulator.connections()[0]);
    },
    get directory() {
      return idOf(emulator.directories()[0]);
    },
    async signIn(authorizationUrl) {
      const callback = await control.signIn(authorizationUrl, { email: 'ada@acme.example' });
      return new URL(callback).searchParams.get('code') ?? '';
    },
    close: () => emulator.close(),
  };
}

function idOf(object: { readonly id: string } | undefined): string {
  if (!object) throw new Error('the seed lacks an object');
  return object.id;
}
