import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- wire bodies are asserted, not typed
  readonly body: any;
}

export interface Receiver {
  readonly url: string;
  /** Webhooks in the order they arrived. */
  readonly received: Received[];
  /** Answers of the next requests; 200 when it runs out. */
  readonly statuses: number[];
  /** The types that arrived. */
  readonly types: () => string[];
}

/** A webhook endpoint of an application, for one test. */
export async function receive(): Promise<Receiver> {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      received.push({ headers: request.headers, text, body: JSON.parse(text) });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return {
    url: `http://127.0.0.1:${address.port}/webhooks`,
    received,
    statuses,
    types: () => received.map(({ body }) => body.type),
  };
}

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
