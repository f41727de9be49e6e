/** The cookie that carries one sealed login flow. Each login has its own, so several tabs work at once. */
export interface FlowCookies {
  /** `Set-Cookie` value that keeps a flow until `expiresAt` (seconds since the epoch). */
  set(state: string, flow: string, expiresAt: number): string;
  /** `Set-Cookie` value that removes it. */
  clear(state: string): string;
  /** The flow of this state, from a request's `Cookie` header. */
  read(header: string | null, state: string | null): string | undefined;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * `__Host-`, `Secure`, `HttpOnly`, `SameSite=Lax`, host-only. On plain-http loopback, where browsers keep no such cookies reliably,
 * without prefix and `Secure`. Names and values are base64url and need no escaping.
 */
export function createFlowCookies(redirectUri: string): FlowCookies {
  const { protocol, hostname } = new URL(redirectUri);
  const isPlainLoopback = protocol === 'http:' && loopbackHosts.has(hostname);
  const prefix = isPlainLoopback ? 'sso-flow-' : '__Host-sso-flow-';
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isPlainLoopback ? '' : '; Secure'}`;
  const nameOf = (state: string) => prefix + state.slice(0, 16);
  return {
    set: (state, flow, expiresAt) =>
      `${nameOf(state)}=${flow}; Max-Age=${Math.max(1, expiresAt - Math.floor(Date.now() / 1000))}${attributes}`,
    clear: (state) => `${nameOf(state)}=; Max-Age=0${attributes}`,
    read(header, state) {
      if (!header || !state) return undefined;
      const start = `${nameOf(state)}=`;
      const found = header
        .split(';')
        .map((pair) => pair.trim())
        .find((pair) => pair.startsWith(start));
      return found?.slice(start.length) || undefined;
    },
  };
}
