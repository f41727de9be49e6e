import type { AxiosError } from 'axios';
import { TransportError, type HttpTransport } from './transport.js';

const maxResponseBytes = 64 * 1024 * 1024;
const keepText = [(data: unknown) => data];

/** The default transport: axios, loaded on the first request. Answers of more than 64 MiB are refused. */
export function createAxiosTransport(): HttpTransport {
  return async ({ method, url, headers, body, signal }) => {
    const { default: axios } = await import('axios');
    try {
      const response = await axios.request<string>({
        method,
        url,
        headers: { ...headers },
        data: body,
        signal,
        responseType: 'text',
        // Following a redirect would resend credentials to whatever host the answer names.
        maxRedirects: 0,
        maxContentLength: maxResponseBytes,
        validateStatus: null,
        transformRequest: keepText,
        transformResponse: keepText,
      });
      return {
        status: response.status,
        headers: response.headers as Record<string, string>,
        body: response.data ?? '',
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw toTransportError(error);
    }
  };
}

function toTransportError(error: unknown): TransportError {
  const { code, message } = error as AxiosError;
  if (code === 'ERR_BAD_RESPONSE' || code === undefined) {
    return new TransportError(message?.includes('maxContentLength') ? 'too_large' : 'truncated', code);
  }
  return new TransportError('network', code);
}
