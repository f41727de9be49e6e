import escapeHtml from 'escape-html';
import { html, type EmulatorResponse } from './http.js';

/** Text that is already HTML. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Fragment = string | number | Markup | undefined | readonly Fragment[];

/** HTML with every interpolated string escaped; nested `markup` and arrays of it are kept. */
export function markup(strings: TemplateStringsArray, ...values: Fragment[]): Markup {
  return new Markup(strings.map((part, index) => part + render(values[index])).join(''));
}

function render(value: Fragment): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeHtml(String(value));
}

/** A whole page: one card on a plain ground. */
export function page(title: string, content: Markup, status = 200): EmulatorResponse {
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(styles)}</style>
</head>
<body>
<main>
${content}
</main>
<footer>Local emulator. No real identity provider takes part.</footer>
</body>
</html>
`;
  return html(document.text, status);
}

/** A page that only says something, such as a vendor-hosted error page. */
export function messagePage(
  title: string,
  message: string,
  status: number,
  detail?: string,
): EmulatorResponse {
  return page(
    title,
    markup`<header><h1>${title}</h1><p>${message}</p></header>${detail === undefined ? undefined : markup`<p class="detail"><code>${detail}</code></p>`}`,
    status,
  );
}

const styles = `
:root { color-scheme: light dark; --ground: #f3f4f6; --card: #fff; --text: #16181d; --quiet: #5b6270; --line: #d5d9e0; --hover: #f6f8ff; --accent: #2a4fd0; --on-accent: #fff; --danger: #b3261e; --good: #17663a; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #111318; --card: #1a1d24; --text: #eceef2; --quiet: #a3abb9; --line: #383e4a; --hover: #222734; --accent: #9db4ff; --on-accent: #10131b; --danger: #ffb4ab; --good: #7ddba3; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; padding: 2.5rem 1rem 1.5rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; display: flex; flex-direction: column; align-items: center; gap: 1.25rem; }
main { width: 100%; max-width: 27rem; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.875rem; box-shadow: 0 1px 3px rgb(0 0 0 / 8%); }
header { margin-bottom: 1.25rem; }
h1 { margin: 0 0 0.25rem; font-size: 1.375rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.625rem; font-size: 1rem; }
p { margin: 0; color: var(--quiet); }
.badge { display: inline-block; margin: 0 0 0.75rem; padding: 0.125rem 0.625rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--quiet); font-size: 0.8125rem; }
.detail { margin-top: 1rem; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; overflow-wrap: anywhere; font-size: 0.875rem; }
form + form, form + details, details + details { margin-top: 1rem; }
section + section { margin-top: 1.75rem; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem; }
button { font: inherit; cursor: pointer; min-height: 2.75rem; padding: 0.5rem 1rem; border-radius: 0.5rem; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; width: 100%; }
button:hover { filter: brightness(1.06); }
button.plain { border-color: var(--line); background: none; color: var(--text); }
button.plain:hover { background: var(--hover); border-color: var(--accent); filter: none; }
button.person { display: flex; align-items: center; gap: 0.75rem; text-align: left; padding: 0.625rem 0.75rem; font-weight: 400; }
button.danger { border-color: var(--danger); background: none; color: var(--danger); }
.person strong, .person small { display: block; overflow-wrap: anywhere; }
.person small { color: var(--quiet); font-size: 0.875rem; }
.initials { flex: none; display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: 50%; background: var(--accent); color: var(--on-accent); font-size: 0.8125rem; font-weight: 600; }
details { border-top: 1px solid var(--line); padding-top: 0.875rem; }
summary { cursor: pointer; font-weight: 600; padding: 0.25rem 0; }
details form { margin-top: 0.75rem; }
label { display: block; margin-bottom: 0.75rem; font-size: 0.875rem; font-weight: 600; }
input, select { display: block; width: 100%; min-height: 2.75rem; margin-top: 0.25rem; padding: 0.5rem 0.75rem; font: inherit; font-weight: 400; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 0.75rem; }
.item { padding: 0.875rem 1rem; border: 1px solid var(--line); border-radius: 0.625rem; }
.item + .item, .item + .add, p + .add { margin-top: 0.75rem; }
.title { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 0.75rem; }
.title h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
.status { padding: 0 0.5rem; border: 1px solid currentColor; border-radius: 1rem; color: var(--quiet); font-size: 0.8125rem; white-space: nowrap; }
.status.good { color: var(--good); }
.item details { margin-top: 0.75rem; }
.actions { display: grid; gap: 0.5rem; margin-top: 0.875rem; }
.actions form { margin: 0; }
.actions .removal form { margin-top: 0.75rem; }
.actions details { margin: 0; padding: 0; border: 0; }
.removal > summary { min-height: 2.75rem; display: grid; place-items: center; padding: 0.5rem 1rem; border: 1px solid var(--danger); border-radius: 0.5rem; color: var(--danger); list-style: none; }
.removal > summary::-webkit-details-marker { display: none; }
.removal[open] > summary { margin-bottom: 0.5rem; border-color: var(--line); color: var(--quiet); }
dl { margin: 0.5rem 0 0; font-size: 0.875rem; }
dt { color: var(--quiet); }
dd { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
dd:last-child { margin-bottom: 0; }
.back { margin-top: 1.25rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
footer { color: var(--quiet); font-size: 0.8125rem; text-align: center; }
@media (max-width: 24rem) { main { padding: 1.25rem; } .pair { grid-template-columns: 1fr; } }
`;
