import { createHmac } from 'node:crypto';

/**
 * The `webhook-signature` of one attempt (Standard Webhooks) [C]: `timestamp` in Unix seconds, `body` as it is sent.
 * The key is the base64 text after the first `_` of the secret.
 */
export function signWebhook(
  secret: string,
  {
    id,
    timestamp,
    body,
  }: { readonly id: string; readonly timestamp: number; readonly body: string | Buffer },
): string {
  const key = Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** A value as the vendor's event serializer writes it: compact, names sorted at every level [T]. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
