/** A browser as far as a login needs one: it keeps cookies and does not follow redirects by itself. */
export interface Browser {
  get(url: string): Promise<Response>;
  post(url: string, form?: Record<string, string>): Promise<Response>;
  cookieNames(): string[];
}

export function createBrowser(): Browser {
  const jar = new Map<string, string>();

  async function load(url: string, init: RequestInit): Promise<Response> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const header of response.headers.getSetCookie()) {
      const { name, value, attributes } = parseSetCookie(header);
      if (attributes.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  return {
    get: (url) => load(url, {}),
    post: (url, form = {}) => load(url, { method: 'POST', body: new URLSearchParams(form) }),
    cookieNames: () => [...jar.keys()],
  };
}

export function parseSetCookie(header: string) {
  const [pair = '', ...attributes] = header.split('; ');
  const at = pair.indexOf('=');
  return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes };
}
