import { pageChanges, type PageChangeName } from './changes.js';
import { markup, type Markup } from './markup.js';

export interface Confirmation {
  readonly path: string;
  readonly change: PageChangeName;
  readonly name: string;
  readonly id: string;
  readonly token: string;
}

/** Asks before something is done that hurts. */
export function confirmationPage({ path, change, name, id, token }: Confirmation): Markup {
  const { confirmation, label, kind } = pageChanges[change];
  const { title, consequences } = confirmation!;
  return markup`<div class="narrow">
<h1>${title}?</h1>
<div class="card">
<h2>${name}</h2>
<p class="id"><code>${id}</code></p>
<ul>${consequences.map((consequence) => markup`<li>${consequence}</li>`)}</ul>
<div class="actions">
<form method="post" action="${path}/${change}"><input type="hidden" name="token" value="${token}"><button class="button danger primary">${label} the ${kind}</button></form>
<a class="button" href="${path}">Cancel</a>
</div>
</div>
</div>`;
}

export function messagePage(title: string, text: string, path: string | null): Markup {
  return markup`<div class="narrow">
<h1>${title}</h1>
<p class="lead">${text}</p>
${path !== null && markup`<div class="actions"><a class="button" href="${path}">Back to single sign-on</a></div>`}
</div>`;
}
