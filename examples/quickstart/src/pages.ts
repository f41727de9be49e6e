import escapeHtml from 'escape-html';
import type { LoginResult } from '@org/sso-core';

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText }
  main { box-sizing: border-box; width: min(28rem, calc(100% - 2rem)); padding: 1.5rem; border: 1px solid color-mix(in srgb, CanvasText 18%, Canvas); border-radius: .75rem }
  h1 { font-size: 1.35rem; margin: 0 0 1rem }
  label { display: block; font-weight: 600; margin-bottom: .25rem }
  input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem .75rem; border-radius: .5rem; border: 1px solid color-mix(in srgb, CanvasText 35%, Canvas) }
  a.button { box-sizing: border-box; display: block; text-align: center; text-decoration: none; border: 1px solid transparent; border-radius: .5rem; padding: .6rem .75rem }
  button, a.button { margin-top: .75rem; border-color: transparent; background: #1d4ed8; color: white; font-weight: 600; cursor: pointer }
  button.secondary { background: none; color: inherit; border-color: color-mix(in srgb, CanvasText 35%, Canvas) }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; margin: 0 0 1rem } dt { opacity: .7 } dd { margin: 0; overflow-wrap: anywhere }
  [role=alert] { padding: .6rem .75rem; border-radius: .5rem; background: #b453091f; margin: 0 0 1rem }
</style>
<main><h1>${escapeHtml(title)}</h1>
${body}
</main>
</html>`;
}

const notices: Record<string, string> = {
  unavailable: 'Your company has not set up single sign-on here.',
  identify: 'Please tell us who you are to go on.',
};

export function signInPage(provider: string, base: string, notice: string | null): string {
  const alert =
    notice === null ? '' : `<p role="alert">${escapeHtml(notices[notice] ?? 'Please sign in again.')}</p>`;
  return page(
    'Sign in',
    `${alert}<form action="${escapeHtml(base)}/start">
  <label for="email">Work e-mail</label>
  <input id="email" name="email" type="email" autocomplete="email" required>
  <button>Sign in with SSO</button>
</form>
<p><small>Provider: ${escapeHtml(provider)}</small></p>`,
  );
}

export function profilePage(
  { profile, organizationId, connectionId, assurance }: LoginResult,
  base: string,
  settingsPath: string,
): string {
  const facts = {
    'E-mail': profile.email,
    Provider: profile.provider,
    Organization: organizationId,
    Connection: connectionId,
    'At the identity provider': profile.idpId,
    Verified: assurance.join(', ').replaceAll('_', ' '),
  };
  const rows = Object.entries(facts).map(
    ([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value ?? 'unknown')}</dd>`,
  );
  return page(
    `Hello, ${profile.firstName ?? profile.email ?? 'there'}`,
    `<dl>${rows.join('')}</dl>
<a class="button" href="${escapeHtml(settingsPath)}">SSO settings</a>
<form method="post" action="${escapeHtml(base)}/logout"><button class="secondary">Log out</button></form>`,
  );
}
