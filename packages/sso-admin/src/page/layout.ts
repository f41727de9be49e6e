import { createHash } from 'node:crypto';
import { markup, Markup } from './markup.js';
import { pageCss } from './styles.js';

export interface Layout {
  readonly styles: string;
  readonly contentSecurityPolicy: string;
  readonly backLink: { readonly url: string; readonly text: string } | null;
}

/** The frame of every page. Its style sheet is the only thing a browser may load, named by its hash. */
export function createLayout(options: {
  readonly themeCss: string;
  readonly formTargets: readonly string[];
  readonly backLink: Layout['backLink'];
}): Layout {
  const styles = options.themeCss + pageCss;
  const hash = createHash('sha256').update(styles).digest('base64');
  return {
    styles,
    backLink: options.backLink,
    contentSecurityPolicy: [
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      `form-action ${options.formTargets.join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

export interface Page {
  readonly title: string;
  readonly main: Markup;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function renderPage({ styles, contentSecurityPolicy, backLink }: Layout, page: Page): Response {
  const { title, main, status = 200, headers = {} } = page;
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Markup(styles)}</style>
</head>
<body>
<div class="page">
${backLink && markup`<header class="top"><a href="${backLink.url}"><span aria-hidden="true">← </span>${backLink.text}</a></header>`}
<main>
${main}
</main>
</div>
</body>
</html>
`;
  return new Response(document.text, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      ...safetyHeaders,
      ...headers,
    },
  });
}

/** On every answer, redirects too. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // Not "no-referrer": browsers then say nothing of a form's origin either.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
