/** A person's browser, as far as the page needs one. Redirects are not followed. */
export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form as a browser would. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | null;
  readonly html: string;
}

export function createVisitor(origin: string, cookie: string | undefined): Visitor {
  async function send(
    path: string,
    init: RequestInit & { headers: Record<string, string> },
  ): Promise<Answer> {
    const response = await fetch(new URL(path, origin), {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie && { cookie }), ...init.headers },
    });
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      html: await response.text(),
    };
  }
  return {
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, fields, headers = {}) =>
      send(path, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      }),
  };
}

export interface ShownForm {
  readonly action: string;
  readonly token: string;
  /** What the button says, hidden words included. */
  readonly button: string;
}

/** The forms of a page, in order. */
export function formsIn(html: string): ShownForm[] {
  const forms = html.matchAll(
    /<form method="post" action="([^"]*)"[^>]*><input type="hidden" name="token" value="([^"]*)"><button[^>]*>(.*?)<\/button><\/form>/gs,
  );
  return [...forms].map(([, action, token, button]) => ({
    action: action!,
    token: token!,
    button: textOf(button!),
  }));
}

/** What a person reads. */
export function textOf(html: string): string {
  return html
    .replaceAll(/<style>.*?<\/style>/gs, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
