import type { Profile } from '@org/sso-core';
import { createBrowser } from './browser.js';
import { expectFact } from './expect-fact.js';
import type { Stage } from './stage.js';

export interface SignedIn {
  readonly provider: string;
  readonly profile: Profile;
  readonly organizationId: string;
  /** The app's page for the customer's admins. */
  readonly settingsUrl: string;
  readonly portalLink: string;
}

/** Ada signs in through the quickstart app, opens the settings page and the admin portal, comes from her company's dashboard, and an attack is refused. */
export async function signIn(stage: Stage, tell: (line: string) => void): Promise<SignedIn> {
  const { appUrl, vendor, name } = stage;
  const email = 'ada@acme.example';
  const ada = createBrowser();

  tell(`Ada opens ${appUrl} and types her work e-mail, ${email}.`);
  const identityProviderPage = await ada.open(
    `${appUrl}/sso/${vendor}/start?email=${encodeURIComponent(email)}`,
  );
  tell(`The app asks ${name} which connection serves "acme.example" and sends her there.`);
  tell(`${name} hands her to her company's identity provider: "${headingOf(identityProviderPage.text)}".`);

  const home = await ada.open(identityProviderPage.url, { form: { email } });
  tell(`She signs in and comes back to ${pathOf(home.visited, '/callback')} with a one-time code.`);
  const facts = factsOf(home.text);
  expectFact(home.status === 200 && facts['E-mail'] === email, 'the profile page shows who signed in');
  const profile: Profile = JSON.parse((await ada.open(`${appUrl}/profile.json`)).text);
  tell(`The app exchanged it and checked: ${facts['Verified']}.`);
  tell(`She is in: ${profile.email} of ${profile.organizationId}.`);

  const settingsUrl = `${appUrl}/settings/sso`;
  const settings = await ada.open(settingsUrl);
  expectFact(settings.text.includes('Manage SSO'), 'the settings page opens the portal');
  tell(`Her company's connections, and who changed what, are on the app's settings page: ${settingsUrl}`);
  const [, token = ''] = /name="token" value="([^"]*)"><button[^>]*>Manage SSO/.exec(settings.text) ?? [];
  const portal = await ada.open(`${settingsUrl}/portal`, {
    form: { token },
    stopAt: (target) => target.origin !== appUrl,
  });
  expectFact(new URL(portal.url).origin !== appUrl, 'the portal is at the vendor');
  tell(
    `"Manage SSO" there sends her to ${name}'s portal: ${new URL(portal.url).origin}… (the link is a credential, good for minutes).`,
  );
  const activity = await ada.open(settingsUrl);
  expectFact(activity.text.includes('opened the management portal'), 'the audit trail tells of it');
  expectFact(!activity.text.includes(portal.url), 'and not the link');
  tell('The audit trail tells that she did, from where and when; the link is in no event.');

  tell(await startAtIdentityProvider(stage, email));
  tell(await injectForeignLogin(stage));
  return {
    provider: vendor,
    profile,
    organizationId: facts['Organization']!,
    settingsUrl,
    portalLink: portal.url,
  };
}

/** Ada clicks the app's tile at her identity provider: no session comes of that alone, a fresh login is started. */
async function startAtIdentityProvider(
  { appUrl, control, connectionId, vendor }: Stage,
  email: string,
): Promise<string> {
  const browser = createBrowser();
  const { location } = await control.startFromIdentityProvider(connectionId, {
    email,
    ...(vendor === 'workos' ? { relayState: `redirect_uri=${appUrl}/sso/workos/callback` } : {}),
  });
  const page = await browser.open(location);
  const signInPage = factsOf(page.text)['E-mail'] === undefined;
  expectFact(signInPage, 'a login started elsewhere makes no session by itself');
  if (new URL(page.url).origin === appUrl) {
    return 'From her dashboard she arrives with a code nobody asked for: the app discards it and asks who she is.';
  }
  const home = await browser.open(page.url, { form: { email } });
  expectFact(factsOf(home.text)['E-mail'] === email, 'the restarted login ends in a session');
  return 'From her dashboard she arrives with a signed request: the app verifies it, starts a login of its own, and she is in.';
}

/** An attacker finishes a login with an own account and gets somebody else's browser to open the callback. */
async function injectForeignLogin({ appUrl, vendor, control }: Stage): Promise<string> {
  const [attacker, victim] = [createBrowser(), createBrowser()];
  const page = await attacker.open(`${appUrl}/sso/${vendor}/start?email=cara%40globex.example`);
  const stolen = await attacker.open(page.url, {
    form: { email: 'cara@globex.example' },
    stopAt: (target) => target.pathname.endsWith('/callback'),
  });
  await control.clearTraffic();
  const refused = await victim.open(stolen.url);
  expectFact(refused.status === 403, 'a login of another browser is refused');
  expectFact((await control.traffic()).length === 0, `the refused code never reaches ${vendor}`);
  return `An attacker sends her a link that would sign her into the attacker's account. Refused: "${refused.text.trim()}" The code was sent nowhere.`;
}

function headingOf(html: string): string {
  return unescapeHtml(/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? '').trim();
}

function factsOf(html: string): Record<string, string> {
  const pairs = html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/gs);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, unescapeHtml(value!)]));
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function pathOf(visited: readonly URL[], suffix: string): string {
  return visited.find((url) => url.pathname.endsWith(suffix))?.pathname ?? '';
}
