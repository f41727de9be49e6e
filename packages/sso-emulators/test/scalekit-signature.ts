import { createHmac } from 'node:crypto';
import type { Received } from './receiver.js';

/** What Standard Webhooks says the signature must be, written from its text. */
export function expectedSignature(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

/** Whether a delivery is signed with the secret. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const header = (name: string): string => String(headers[`webhook-${name}`]);
  return header('signature') === expectedSignature(secret, header('id'), header('timestamp'), text);
}
