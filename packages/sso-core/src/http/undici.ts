import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { SsoError } from '../errors.js';
import { maxResponseBytes, TransportError, type HttpTransport } from './transport.js';

export interface UndiciTransportOptions {
  /** A proxy, connection pool or certificate authority of your own, closed by you. Default: undici's global dispatcher. */
  readonly dispatcher?: Dispatcher;
}

const decoders: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * A transport by the `request` of `undici`, loaded on the first request. Unlike the default one it takes no proxy from environment
 * variables. Throws `failed_precondition` where the package is not installed.
 */
export function createUndiciTransport({ dispatcher }: UndiciTransportOptions = {}): HttpTransport {
  let loaded: ReturnType<typeof load> | undefined;
  return async ({ method, url, headers, body, signal }) => {
    const request = await (loaded ??= load());
    let kind: TransportError['kind'] = 'network';
    try {
      const response = await request(url, {
        method,
        // undici names no agent by itself, which firewalls take for a bot.
        headers: { 'user-agent': 'undici', 'accept-encoding': 'gzip, deflate, br', ...headers },
        body: body ?? null,
        signal,
        ...(dispatcher && { dispatcher }),
      });
      kind = 'truncated';
      const answered = joinRepeated(response.headers);
      return {
        status: response.statusCode,
        headers: answered,
        body: await readText(response.body, answered['content-encoding']),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof TransportError) throw error;
      throw new TransportError(kind, (error as { readonly code?: string }).code);
    }
  };
}

async function load() {
  try {
    return (await import('undici')).request;
  } catch (error) {
    throw new SsoError({
      code: 'failed_precondition',
      message: 'createUndiciTransport needs the package "undici": npm install undici',
      cause: error,
    });
  }
}

async function readText(body: Readable, encoding: string | undefined): Promise<string> {
  const decoder = decoders.get(encoding?.toLowerCase() ?? '')?.();
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const chunk of decoder ? pipeline(body, decoder, () => {}) : body) {
    length += (chunk as Buffer).length;
    if (length > maxResponseBytes) throw new TransportError('too_large', undefined);
    chunks.push(chunk as Buffer);
  }
  return new TextDecoder().decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
}

function joinRepeated(headers: Dispatcher.ResponseData['headers']): Record<string, string | undefined> {
  const joined: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
