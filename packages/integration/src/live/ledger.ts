import type { HttpRequest, HttpResponse, HttpTransport } from '@org/sso-core/http';
import { path, TransportError } from '@org/sso-core/http';
import { SsoError } from '@org/sso-core';

/** A request of the vendor's API that makes something, and how it is unmade. */
export interface Creation {
  readonly kind: string;
  /** Of the `POST`; matches the whole path. */
  readonly path: RegExp;
  /** Where its answer tells the id: names of members, outermost first. */
  readonly id: readonly string[];
  readonly remove: (path: string, id: string) => Removal;
}

export interface Removal {
  readonly method: 'DELETE' | 'POST';
  readonly path: string;
}

/** Of what has its place below the collection it was posted to. */
export function below(collection: string, id: string): Removal {
  return { method: 'DELETE', path: collection + path`/${id}` };
}

const keyOf = (removal: Removal) => `${removal.method} ${removal.path}`;

interface Entry {
  readonly kind: string;
  readonly id: string;
  readonly removal: Removal;
}

export interface Ledger {
  /** Sends, and writes down what was made. Refuses everything once the removal began. */
  readonly transport: HttpTransport;
  /**
   * Removes what was made, latest first, and nothing else. Waits for requests under way, as they may make something. Throws when
   * something is left.
   */
  removeAll(send: (removal: Removal) => Promise<unknown>): Promise<void>;
}

export interface LedgerOptions {
  readonly transport: HttpTransport;
  readonly creations: readonly Creation[];
  /** Told of one line for each creation and removal. */
  readonly print: (line: string) => void;
}

/** How long a request that makes something may take after whoever sent it stopped waiting. */
const answerMs = 60_000;
/** Between two attempts when the vendor has had enough and does not say for how long. */
const pauseMs = 5_000;

/**
 * What a run made at the vendor, read from the vendor's own answers: whoever asked for it, whatever became of that answer on its way to the
 * provider, and whether or not a case gave up waiting.
 */
export function createLedger({ transport, creations, print }: LedgerOptions): Ledger {
  const entries = new Map<string, Entry>();
  const underWay = new Set<Promise<unknown>>();
  let unanswered = 0;
  let isEnding = false;

  function settle(creation: Creation, at: string, { status, body }: HttpResponse): void {
    if (status < 200 || status > 299) return;
    const id = readId(body, creation.id);
    if (id === undefined) return unknown(creation, 'the answer names no id');
    const entry = { kind: creation.kind, id, removal: creation.remove(at, id) };
    // The vendor answers a repeated creation with the same id.
    if (entries.has(keyOf(entry.removal))) return;
    entries.set(keyOf(entry.removal), entry);
    print(`created ${entry.kind} ${id}`);
  }

  function unknown({ kind }: Creation, why: string): void {
    unanswered += 1;
    print(`UNKNOWN whether one ${kind} was created: ${why}; look for it by hand`);
  }

  function create(creation: Creation, at: string, request: HttpRequest): Promise<HttpResponse> {
    // Not the caller's signal: what is made after the caller gave up must be known too.
    const answer = transport({ ...request, signal: AbortSignal.timeout(answerMs) });
    const settled = answer
      .then(
        (response) => settle(creation, at, response),
        (error: unknown) => unknown(creation, error instanceof TransportError ? error.kind : 'no answer'),
      )
      .finally(() => underWay.delete(settled));
    underWay.add(settled);
    return new Promise((resolve, reject) => {
      const abort = () => reject(request.signal.reason as Error);
      if (request.signal.aborted) abort();
      request.signal.addEventListener('abort', abort, { once: true });
      answer.finally(() => request.signal.removeEventListener('abort', abort)).then(resolve, reject);
    });
  }

  function forget(removal: Removal): void {
    const entry = entries.get(keyOf(removal));
    if (!entry) return;
    entries.delete(keyOf(removal));
    print(`removed ${entry.kind} ${entry.id}`);
  }

  async function remove({ kind, id, removal }: Entry, send: (removal: Removal) => Promise<unknown>) {
    for (;;) {
      try {
        await send(removal);
        return forget(removal);
      } catch (error) {
        const { code, retryAfterMs } = SsoError.isInstance(error) ? error : {};
        if (code === 'not_found') {
          entries.delete(keyOf(removal));
          return print(`gone already: ${kind} ${id}`);
        }
        if (code !== 'rate_limited') return print(`LEFT ${kind} ${id}: ${code ?? 'it failed'}`);
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs ?? pauseMs));
      }
    }
  }

  return {
    async transport(request) {
      if (isEnding) throw new TransportError('network', 'ENDED');
      const { pathname } = new URL(request.url);
      const creation =
        request.method === 'POST' ? creations.find((each) => each.path.test(pathname)) : undefined;
      if (creation) return create(creation, pathname, request);
      const response = await transport(request);
      if (request.method === 'DELETE' && response.status >= 200 && response.status <= 299)
        forget({ method: 'DELETE', path: pathname });
      return response;
    },
    async removeAll(send) {
      isEnding = true;
      await Promise.all(underWay);
      for (const entry of [...entries.values()].toReversed()) await remove(entry, send);
      const left = entries.size + unanswered;
      print(left === 0 ? 'nothing is left of this run' : `${left} things are left or unknown, see above`);
      if (left > 0) throw new Error(`${left} things are left at the vendor or unknown: stderr names them`);
    },
  };
}

function readId(body: string, members: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const member of members) value = (value as Readonly<Record<string, unknown>> | null)?.[member];
  return typeof value === 'string' ? value : undefined;
}
