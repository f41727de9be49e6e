/** A person with a browser without scripts: sees a page, presses buttons, follows redirects. */
export interface PortalVisit {
  /** Where the browser is. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** The labels of all buttons. */
  readonly buttons: readonly string[];
  /** Submits the form of the button with this label. `choices` are what the person selects or types. */
  press(label: string, choices?: Readonly<Record<string, string>>): Promise<PortalVisit>;
}

/** Redirects to other origins are not followed. */
export async function visit(url: string, form?: URLSearchParams): Promise<PortalVisit> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: form }),
  });
  const location = response.headers.get('location');
  if (location !== null) {
    const target = new URL(location, url);
    if (target.origin === new URL(url).origin) return visit(target.href);
  }
  const html = await response.text();
  const forms = [...html.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)].map(
    ([, attributes = '', content = '']) => ({
      action: attribute(attributes, 'action') ?? url,
      label: attribute(/<button[^>]*>/.exec(content)?.[0] ?? '', 'aria-label') ?? textOf(content, 'button'),
      fields: fieldsOf(content),
    }),
  );
  return {
    url: location === null ? url : new URL(location, url).href,
    status: response.status,
    headers: response.headers,
    html,
    buttons: forms.map(({ label }) => label),
    async press(label, choices = {}) {
      const found = forms.find((candidate) => candidate.label === label);
      if (!found)
        throw new Error(`There is no "${label}", only ${forms.map((each) => each.label).join(', ')}`);
      return visit(new URL(found.action, url).href, new URLSearchParams({ ...found.fields, ...choices }));
    },
  };
}

/** What a form sends when nothing is changed. */
function fieldsOf(content: string): Record<string, string> {
  const inputs = [...content.matchAll(/<input\b[^>]*>/g)].map(([input]) => [
    attribute(input, 'name') ?? '',
    attribute(input, 'value') ?? '',
  ]);
  const selects = [...content.matchAll(/<select\b[^>]*>[^]*?<\/select>/g)].map(([select]) => [
    attribute(select, 'name') ?? '',
    textOf(select, 'option'),
  ]);
  return Object.fromEntries([...inputs, ...selects]) as Record<string, string>;
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
}

function textOf(content: string, tag: string): string {
  return new RegExp(`<${tag}[^>]*>([^<]*)<`).exec(content)?.[1] ?? '';
}
