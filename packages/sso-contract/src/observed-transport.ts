import { createAxiosTransport, TransportError, type HttpTransport } from '@org/sso-core/http';
import type { Fault, Faults, Traffic, TrafficRequest } from './harness.js';

export interface ObservedTransportOptions {
  /** Path of the token endpoint. */
  readonly tokenPath: string;
  /** What sends. Default: the one adapters use. */
  readonly transport?: HttpTransport;
}

/** Traffic and faults of a harness, for an adapter that takes its transport as a setting: hand it the `transport`. */
export function createObservedTransport({
  tokenPath,
  transport = createAxiosTransport(),
}: ObservedTransportOptions): {
  readonly transport: HttpTransport;
  readonly traffic: Traffic;
  readonly faults: Faults;
} {
  const requests: TrafficRequest[] = [];
  let pending: { readonly fault: Fault; left: number }[] = [];

  function take(target: NonNullable<Fault['target']>): Fault | undefined {
    const next = pending.find(({ fault }) => (fault.target ?? 'api') === target);
    if (next && (next.left -= 1) === 0) pending = pending.filter((each) => each !== next);
    return next?.fault;
  }

  return {
    traffic: {
      record() {
        const before = requests.length;
        return () => requests.slice(before);
      },
    },
    faults: {
      next(fault) {
        pending.push({ fault, left: fault.times ?? 1 });
      },
      clear() {
        pending = [];
      },
    },
    async transport(request) {
      const { pathname, search } = new URL(request.url);
      requests.push({ method: request.method, path: pathname + search, body: request.body ?? '' });
      const fault = take(pathname === tokenPath ? 'code_exchange' : 'api');
      if (!fault) return transport(request);
      if (fault.afterHandler) await transport(request);
      if (fault.delayMs !== undefined) await wait(fault.delayMs, request.signal);
      if (fault.closeConnection) throw new TransportError('network', 'ECONNRESET');
      if (fault.truncateBodyAt !== undefined) throw new TransportError('truncated', 'ECONNRESET');
      if (fault.status === undefined) return transport(request);
      return {
        status: fault.status,
        headers: { 'content-type': fault.contentType ?? 'application/json', ...fault.headers },
        body: fault.body ?? '',
      };
    },
  };
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}
