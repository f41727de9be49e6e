import type { AxiosError } from 'axios';
import { maxResponseBytes, TransportError, type HttpTransport } from './transport.js';

/**
 * The default transport: axios, loaded on the first request. Answers of more than 64 MiB are refused. It uses axios' adapter directly,
 * not an instance: the defaults and interceptors of an app that uses axios too neither see credentials nor change requests.
 */
export function createAxiosTransport(): HttpTransport {
  let loaded: ReturnType<typeof load> | undefined;
  return async ({ method, url, headers, body, signal }) => {
    const { send, AxiosHeaders } = await (loaded ??= load());
    try {
      const response = await send({
        method,
        url,
        headers: new AxiosHeaders(headers),
        data: body,
        signal,
        responseType: 'text',
        // Following a redirect would resend credentials to whatever host the answer names.
        maxRedirects: 0,
        maxContentLength: maxResponseBytes,
        validateStatus: null,
      });
      return {
        status: response.status,
        headers: response.headers as Record<string, string>,
        body: (response.data as string | undefined) ?? '',
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw toTransportError(error);
    }
  };
}

async function load() {
  const { AxiosHeaders, getAdapter } = await import('axios');
  return { AxiosHeaders, send: getAdapter(['http', 'fetch']) };
}

function toTransportError(error: unknown): TransportError {
  const { code, message } = error as AxiosError;
  if (code === 'ERR_BAD_RESPONSE' || code === undefined) {
    return new TransportError(message?.includes('maxContentLength') ? 'too_large' : 'truncated', code);
  }
  return new TransportError('network', code);
}
