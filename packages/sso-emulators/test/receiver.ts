import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // Tests read vendor JSON as it comes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface Receiver {
  readonly url: string;
  /** Webhooks in the order they arrived. */
  readonly received: Received[];
  /** Answers of the next requests, `null` for none at all; 200 when it runs out. */
  readonly statuses: (number | null)[];
  /** The types that arrived, whatever the vendor calls them. */
  readonly types: () => string[];
}

/** A webhook endpoint of an application, for one test. */
export async function receive(): Promise<Receiver> {
  const received: Received[] = [];
  const statuses: (number | null)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      received.push({ headers: request.headers, text, body: JSON.parse(text) });
      const status = statuses.shift();
      if (status !== null) response.writeHead(status ?? 200).end();
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
    types: () => received.map(({ body }) => body.type ?? body.event),
  };
}
