import type { SigningKeys, TamperOrders } from '../kernel/keys.js';
import type { WebhookQueue } from '../kernel/webhook-queue.js';
import type { ScalekitState } from './state.js';

/** "Modular SSO" leaves users to the application; "Full Stack Auth" keeps them, and changes `sub` [D]. */
export const authenticationModes = ['modular-sso', 'full-stack-auth'] as const;
export type AuthenticationMode = (typeof authenticationModes)[number];

/** One Scalekit environment: its address, client, settings and data. */
export interface ScalekitEnvironment {
  /** Known once the server listens. */
  url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly mode: AuthenticationMode;
  /** Absent: any loopback URI is registered. */
  readonly redirectUris?: readonly string[];
  initiateLoginUrl: string;
  readonly state: ScalekitState;
  readonly webhooks: WebhookQueue;
  readonly keys: SigningKeys;
  readonly tampers: TamperOrders;
}

/** Exact match; `*` stands for one host label, part of one, or a port. */
export function isRegisteredRedirectUri({ redirectUris }: ScalekitEnvironment, uri: string): boolean {
  if (!redirectUris) return /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/[^#]*)?$/.test(uri);
  return redirectUris.some((registered) => {
    const pattern = registered
      .split('*')
      .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
    return new RegExp(`^${pattern.join('[^/.:@]+')}$`).test(uri);
  });
}
