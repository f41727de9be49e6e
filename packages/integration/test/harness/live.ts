import type { Harness } from '@org/sso-contract';
import { startScalekitEmulator, startWorkosEmulator, type ControlClient } from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { expect } from 'vitest';
import { createLiveHarness } from '../../src/live/harness.js';

/** An emulator taken for a vendor with an account that others use too. */
export interface StandIn {
  /** What a person would set. */
  readonly environment: Readonly<Record<string, string>>;
  /** For what goes wrong and for what a check looks at; the harness has none of it. */
  readonly control: ControlClient;
  /** Everything a run could leave behind or take away. */
  readonly contents: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const seed = { organizations: [{ name: 'Somebody else', domains: ['else.example'] }] };
const webhooks = { automatic: false };
const somebody = { email: 'somebody@else.example', sendInvitation: false };

async function startScalekit(mode: 'full-stack-auth' | 'modular-sso'): Promise<StandIn> {
  const emulator = await startScalekitEmulator({ seed, mode, webhooks });
  const { url: environmentUrl, clientId, clientSecret, control } = emulator;
  const { native, users } = createScalekit({ environmentUrl, clientId, clientSecret });
  const [organization] = emulator.organizations();
  const organizationId = `scalekit:${organization!.id}` as Parameters<
    typeof users.create
  >[0]['organizationId'];
  if (mode === 'full-stack-auth')
    await users.create({ organizationId, ...somebody }, { operation: 'users.create' });
  return {
    environment: {
      SSO_LIVE: 'scalekit',
      SSO_LIVE_SANDBOX: 'yes',
      SCALEKIT_ENVIRONMENT_URL: environmentUrl,
      SCALEKIT_CLIENT_ID: clientId,
      SCALEKIT_CLIENT_SECRET: clientSecret,
      SCALEKIT_MODE: mode,
    },
    control,
    contents: async () => [
      emulator.organizations(),
      emulator.connections(),
      emulator.directories(),
      (await native.request({ method: 'GET', path: '/api/v1/users' })).body,
    ],
    close: () => emulator.close(),
  };
}

async function startWorkos(): Promise<StandIn> {
  const emulator = await startWorkosEmulator({ seed, webhooks });
  const { url: baseUrl, clientId, apiKey, control } = emulator;
  const { native, users } = createWorkos({ baseUrl, clientId, apiKey });
  const [organization] = emulator.organizations();
  const organizationId = `workos:${organization!.id}` as Parameters<typeof users.create>[0]['organizationId'];
  await users.create({ organizationId, ...somebody }, { operation: 'users.create' });
  const list = async (kind: string) =>
    (await native.request({ method: 'GET', path: `/user_management/${kind}`, query: { limit: 100 } })).body;
  return {
    environment: {
      SSO_LIVE: 'workos',
      SSO_LIVE_SANDBOX: 'yes',
      WORKOS_API_KEY: apiKey,
      WORKOS_CLIENT_ID: clientId,
      WORKOS_BASE_URL: baseUrl,
    },
    control,
    async contents() {
      const { data: invitations } = (await list('invitations')) as { data: { state: string }[] };
      return [
        emulator.organizations(),
        emulator.connections(),
        emulator.directories(),
        await list('users'),
        // A revoked one stays in the list.
        invitations.filter(({ state }) => state === 'pending'),
      ];
    },
    close: () => emulator.close(),
  };
}

export const standIns = {
  'scalekit (full-stack-auth)': () => startScalekit('full-stack-auth'),
  'scalekit (modular-sso)': () => startScalekit('modular-sso'),
  workos: startWorkos,
} as const satisfies Readonly<Record<string, () => Promise<StandIn>>>;

/** The live target with an emulator as the vendor, which must be afterwards as it was before. */
export async function createStandInHarness(name: keyof typeof standIns): Promise<Harness> {
  const standIn = await standIns[name]();
  const before = await standIn.contents();
  const harness = createLiveHarness(standIn.environment, () => undefined);
  return {
    ...harness,
    async dispose() {
      try {
        await harness.dispose();
        expect(await standIn.contents()).toEqual(before);
      } finally {
        await standIn.close();
      }
    },
  };
}
