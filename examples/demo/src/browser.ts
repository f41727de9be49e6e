/** A person's browser, as far as a login needs one: it keeps cookies per host and follows redirects one by one. */
export interface Browser {
  /** Loads a page, following redirects; stops early when `stopAt` accepts a redirect's target, which it then answers. */
  open(
    url: string,
    options?: { form?: Record<string, string>; stopAt?: (target: URL) => boolean },
  ): Promise<LoadedPage>;
}

export interface LoadedPage {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  /** Every address the browser visited on the way. */
  readonly visited: readonly URL[];
}

const redirects = new Set([301, 302, 303, 307, 308]);

export function createBrowser(): Browser {
  const cookies = new Map<string, Map<string, string>>();

  function remember(url: URL, response: Response): void {
    const jar = cookies.get(url.host) ?? new Map<string, string>();
    cookies.set(url.host, jar);
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split('; ');
      const name = pair.slice(0, pair.indexOf('='));
      if (attributes.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, pair.slice(name.length + 1));
    }
  }

  return {
    async open(start, { form, stopAt } = {}) {
      const visited: URL[] = [];
      let body = form && new URLSearchParams(form);
      for (let url = new URL(start); ;) {
        visited.push(url);
        const jar = cookies.get(url.host) ?? new Map<string, string>();
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(url, {
          method: body ? 'POST' : 'GET',
          body: body ?? null,
          headers: cookie ? { cookie } : {},
          redirect: 'manual',
        });
        remember(url, response);
        const text = await response.text();
        const location = response.headers.get('location');
        if (!redirects.has(response.status) || location === null)
          return { url: url.href, status: response.status, text, visited };
        const target = new URL(location, url);
        if (stopAt?.(target)) return { url: target.href, status: response.status, text, visited };
        url = target;
        body = undefined;
      }
    },
  };
}
