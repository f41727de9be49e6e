import type { EmulatorResponse } from './http.js';
import { markup, type Markup, page } from './pages.js';

/** What an IT admin sees of one connection, directory or domain, and can do with it. */
export interface PortalItem {
  readonly name: string;
  readonly detail?: string;
  readonly status: string;
  /** Whether people can use it. */
  readonly works: boolean;
  readonly content?: Markup | undefined;
  readonly actions?: readonly (Markup | undefined)[];
}

export interface PortalSection {
  readonly title: string;
  readonly items: readonly PortalItem[];
  /** Shown where there is no item. */
  readonly none?: string;
  /** A form for a new one. */
  readonly add?: Markup | undefined;
}

/** The self-service page of one organization. Everything on it is a plain form. */
export function portalPage(portal: {
  readonly organization: string;
  /** What the link is for. */
  readonly purpose: string;
  readonly lead: string;
  readonly sections: readonly PortalSection[];
  /** Where "back to the app" leads. */
  readonly back?: string | undefined;
}): EmulatorResponse {
  const { organization, purpose, lead, sections, back } = portal;
  return page(
    `${purpose} · ${organization}`,
    markup`<header>
<p class="badge">Admin portal · ${purpose}</p>
<h1>${organization}</h1>
<p>${lead}</p>
</header>
${sections.map(section)}
${back === undefined ? undefined : markup`<p class="back"><a href="${back}">Back to the app</a></p>`}`,
  );
}

function section({ title, items, none, add }: PortalSection): Markup {
  return markup`<section>
<h2>${title}</h2>
${items.map(card)}
${items.length === 0 && none !== undefined ? markup`<p>${none}</p>` : undefined}
${add}
</section>`;
}

function card({ name, detail, status, works, content, actions = [] }: PortalItem): Markup {
  return markup`<article class="item">
<div class="title"><h3>${name}</h3><span class="status${works ? ' good' : ''}">${status}</span></div>
${detail === undefined ? undefined : markup`<p>${detail}</p>`}
${content}
${actions.length === 0 ? undefined : markup`<div class="actions">${actions}</div>`}
</article>`;
}

/** Posts to `path`, by default to the page itself; `fields` are sent with it. */
export interface PortalAction {
  readonly label: string;
  /** Names the object for those who do not see the page. */
  readonly of: string;
  readonly path?: string;
  readonly fields: Readonly<Record<string, string>>;
}

export function button({ label, of, path, fields }: PortalAction, kind = ''): Markup {
  return markup`<form method="post"${target(path)}>${hidden(fields)}<button class="${kind}" aria-label="${label} ${of}">${label}</button></form>`;
}

/** Asks before it removes, without a script. */
export function removal({ label, of, path, fields }: PortalAction, consequence: string): Markup {
  return markup`<details class="removal"><summary aria-label="${label} ${of}">${label}…</summary>
<p>${consequence}</p>
<form method="post"${target(path)}>${hidden(fields)}<button class="danger">${label} ${of}</button></form></details>`;
}

/** A form for something new with the identity providers to choose from. */
export function addForm(form: {
  readonly label: string;
  readonly path?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly choices: Readonly<Record<string, readonly string[]>>;
}): Markup {
  const labels: Readonly<Record<string, string>> = {
    identityProvider: 'Identity provider',
    protocol: 'Protocol',
  };
  const selects = Object.entries(form.choices).map(
    ([name, words]) =>
      markup`<label>${labels[name] ?? name} <select name="${name}">${words.map((word) => markup`<option>${word}</option>`)}</select></label>`,
  );
  return markup`<form method="post" class="add"${target(form.path)}>${hidden(form.fields ?? {})}${selects}<button>${form.label}</button></form>`;
}

/** Facts to copy into another system. */
export function facts(summary: string, entries: readonly (readonly [name: string, value: string])[]): Markup {
  const rows = entries.map(([name, value]) => markup`<dt>${name}</dt><dd><code>${value}</code></dd>`);
  return markup`<details><summary>${summary}</summary><dl>${rows}</dl></details>`;
}

function hidden(fields: Readonly<Record<string, string>>): Markup[] {
  return Object.entries(fields).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  );
}

function target(path: string | undefined): Markup | undefined {
  return path === undefined ? undefined : markup` action="${path}"`;
}
