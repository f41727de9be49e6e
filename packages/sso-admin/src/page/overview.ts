import type { CertificateNotice, Connection, Directory, PortalIntent, SsoErrorCode } from '@org/sso-core';
import type { AuditEntry, AuditPage } from '@org/sso-core/audit';
import type { AuditAction } from '../actions.js';
import type { DenialReason } from '../authorization.js';
import type { SsoSettings } from '../sso-admin.js';
import { pageChanges, type PageChangeName } from './changes.js';
import {
  brandOf,
  connectionLabels,
  dateText,
  denialTexts,
  directoryLabels,
  eventLabels,
  failureReasons,
  outcomeLabels,
  portalLabels,
  timeText,
  type StatusLabel,
} from './labels.js';
import { markup, type Markup } from './markup.js';

export interface Overview {
  readonly path: string;
  readonly organizationName: string | null;
  readonly settings: SsoSettings;
  readonly sessionActive: boolean;
  readonly notice: string | null;
  readonly certificates: readonly CertificateNotice[];
  /** `null` for visitors who may not see them. */
  readonly events: AuditPage | null;
  readonly portalInNewTab: boolean;
  /** Tokens of the forms: of the portal by intent, of changes by name and id. */
  readonly tokens: ReadonlyMap<string, string>;
}

export function overviewPage(overview: Overview): Markup {
  const { settings, organizationName, sessionActive, notice, events } = overview;
  return markup`<h1>Single sign-on</h1>
<p class="lead">How people of ${organizationName ?? 'your organization'} sign in, and where their accounts come from.</p>
${notice !== null && markup`<p class="notice" role="status">${notice}</p>`}
${!sessionActive && markup`<p class="notice warn">Your session has expired: you can look, but not change anything. Sign in again to make changes.</p>`}
${connectionsSection(overview)}
${settings.directories && directoriesSection(overview, settings.directories)}
${events && eventsSection(overview, events)}`;
}

function connectionsSection(overview: Overview): Markup {
  const { connections } = overview.settings;
  return markup`<section aria-labelledby="connections">
<div class="section-head"><h2 id="connections">Connections</h2>${portalButtons(overview, ['sso', 'domain_verification'])}</div>
${
  connections.length === 0
    ? markup`<p class="empty">No connection yet. ${canOpen(overview, 'sso') ? 'Use “Manage SSO” to set one up.' : 'An admin of your organization can set one up.'}</p>`
    : markup`<ul class="cards">${connections.map((connection) => connectionCard(overview, connection))}</ul>`
}
</section>`;
}

function connectionCard(overview: Overview, connection: Connection): Markup {
  const { id, name, identityProvider, protocol, domains, status, createdAt } = connection;
  const expiring = overview.certificates.filter((notice) => notice.connectionId === id);
  return markup`<li class="card">
<div class="card-head"><h3>${name || brandOf(identityProvider)}</h3>${badge(connectionLabels[status])}</div>
<p class="id"><code>${id}</code></p>
<dl>
${fact('Identity provider', brandOf(identityProvider))}
${fact('Protocol', protocol === 'unknown' ? null : protocol.toUpperCase())}
${fact('Domains', domains.length === 0 ? null : domains.join(', '))}
${fact('Created', dateText(createdAt))}
</dl>
${expiring.map((notice) => certificateNotice(overview, notice))}
${actions(overview, id, name, switchesOf('connection', status), 'delete-connection')}
</li>`;
}

function certificateNotice(
  overview: Overview,
  { expiresAt, expired, certificateType }: CertificateNotice,
): Markup {
  const kind = certificateType.replaceAll('_', ' ');
  const until = dateText(expiresAt);
  const text = expired
    ? `The ${kind} certificate has expired${until ? ` on ${until}` : ''}. People may be unable to sign in until it is renewed.`
    : `The ${kind} certificate ${until ? `expires on ${until}` : 'expires soon'}. Renew it before then, so that people can go on signing in.`;
  return markup`<div class="notice ${expired ? 'bad' : 'warn'}"><p>${text}</p>${portalButtons(overview, [
    'certificate_renewal',
  ])}</div>`;
}

function directoriesSection(overview: Overview, directories: readonly Directory[]): Markup {
  return markup`<section aria-labelledby="directories">
<div class="section-head"><h2 id="directories">Directories</h2>${portalButtons(overview, ['directory_sync'])}</div>
${
  directories.length === 0
    ? markup`<p class="empty">No directory yet. With one, people get and lose access as your identity provider says.</p>`
    : markup`<ul class="cards">${directories.map((directory) => directoryCard(overview, directory))}</ul>`
}
</section>`;
}

function directoryCard(overview: Overview, directory: Directory): Markup {
  const { id, name, identityProvider, status, userCount, groupCount, lastSyncedAt } = directory;
  return markup`<li class="card">
<div class="card-head"><h3>${name || brandOf(identityProvider)}</h3>${badge(directoryLabels[status])}</div>
<p class="id"><code>${id}</code></p>
<dl>
${fact('Identity provider', brandOf(identityProvider))}
${fact('People', userCount === null ? null : String(userCount))}
${fact('Groups', groupCount === null ? null : String(groupCount))}
${fact('Last sync', timeText(lastSyncedAt))}
</dl>
${actions(overview, id, name, switchesOf('directory', status), 'delete-directory')}
</li>`;
}

function eventsSection({ path, settings }: Overview, { entries, next }: AuditPage): Markup {
  return markup`<section aria-labelledby="activity">
<div class="section-head"><h2 id="activity">Recent activity</h2></div>
${
  entries.length === 0
    ? markup`<p class="empty">Nothing was changed yet.</p>`
    : markup`<ol class="events">${entries.map((entry) => eventItem(settings, entry))}</ol>`
}
${next !== null && markup`<p class="more"><a href="${path}?before=${encodeURIComponent(next)}#activity">Earlier activity</a></p>`}
</section>`;
}

function eventItem(settings: SsoSettings, { event }: AuditEntry): Markup {
  const { actor, targets, context, metadata = {}, occurredAt } = event;
  const outcome = outcomeLabels[String(metadata['outcome'])];
  const known = eventLabels[event.action as AuditAction] as readonly [string, string] | undefined;
  const [did, tried] = known ?? [event.action, event.action];
  const target = targets.find(({ type }) => type !== 'organization');
  const impersonator = actor.metadata?.['impersonator_email'];
  const details = [
    markup`<time datetime="${occurredAt}">${timeText(occurredAt)}</time>`,
    context.location === 'unknown' ? null : `from ${context.location}`,
    impersonator === undefined
      ? null
      : `by ${String(impersonator)} in their name: ${String(actor.metadata?.['impersonator_reason'] ?? '')}`,
    targets.some(({ id, type }) => type === 'organization' && id !== settings.organizationId)
      ? 'of another organization'
      : null,
    denialTexts[String(metadata['reason']) as DenialReason] ?? null,
    failureReasons[String(metadata['error']) as SsoErrorCode] ?? null,
  ].filter((detail) => detail !== null);
  return markup`<li>
<p><strong>${actor.name ?? actor.metadata?.['email']?.toString() ?? actor.id}</strong> ${outcome ? tried : did}${target && markup` ${target.name ?? target.id}`}</p>
${outcome && badge(outcome)}
<span class="sub">${details.map((detail, index) => markup`${index > 0 && ' · '}${detail}`)}</span>
</li>`;
}

/** What fits the status: nobody switches on what is on. */
function switchesOf(kind: 'connection' | 'directory', status: string): PageChangeName[] {
  if (status === 'deleting') return [];
  if (status === 'active' || status === 'failing' || status === 'pending') return [`disable-${kind}`];
  return [`enable-${kind}`];
}

function actions(
  overview: Overview,
  id: string,
  name: string,
  switches: readonly PageChangeName[],
  deletion: PageChangeName,
): Markup | null {
  const offered = [...switches, deletion].filter((change) =>
    overview.settings.allowed.has(pageChanges[change].action),
  );
  if (offered.length === 0) return null;
  return markup`<div class="actions">${offered.map((change) => changeButton(overview, change, id, name))}</div>`;
}

function changeButton({ path, tokens }: Overview, change: PageChangeName, id: string, name: string): Markup {
  const { label, confirmation, kind } = pageChanges[change];
  const of = markup`<span class="hidden"> the ${kind} ${name}</span>`;
  if (confirmation) {
    const look = change.startsWith('delete') ? 'button danger' : 'button';
    return markup`<a class="${look}" href="${path}/${change}?id=${encodeURIComponent(id)}">${label}${of}</a>`;
  }
  return markup`<form method="post" action="${path}/${change}"><input type="hidden" name="token" value="${tokens.get(tokenKey(change, id))}"><button class="button">${label}${of}</button></form>`;
}

function canOpen({ settings }: Overview, intent: PortalIntent): boolean {
  return settings.portalIntents.includes(intent);
}

/** Those of the intents there are; the main one in colour. */
function portalButtons(overview: Overview, intents: readonly PortalIntent[]): Markup | null {
  const { path, portalInNewTab, tokens } = overview;
  const target = portalInNewTab ? markup` target="_blank" rel="noopener"` : null;
  const note = portalInNewTab
    ? markup`<span aria-hidden="true">↗</span><span class="hidden"> (opens a new tab)</span>`
    : null;
  const offered = intents.filter((intent) => canOpen(overview, intent));
  if (offered.length === 0) return null;
  return markup`<div class="buttons">${offered.map(
    (intent) =>
      markup`<form method="post" action="${path}/portal"${target}><input type="hidden" name="token" value="${tokens.get(tokenKey('portal', intent))}"><button class="button${intent === 'sso' ? ' primary' : ''}">${portalLabels[intent]}${note}</button></form>`,
  )}</div>`;
}

export function tokenKey(purpose: string, target: string): string {
  return `${purpose} ${target}`;
}

/** The forms an overview has, so that their tokens can be made. */
export function formsOf(settings: SsoSettings): { readonly purpose: string; readonly target: string }[] {
  const portal = settings.portalIntents.map((target) => ({ purpose: 'portal', target }));
  const direct = (['enable-connection', 'enable-directory'] as const).flatMap((purpose) => {
    const { action, kind } = pageChanges[purpose];
    const entities = kind === 'connection' ? settings.connections : (settings.directories ?? []);
    return settings.allowed.has(action) ? entities.map(({ id }) => ({ purpose, target: id as string })) : [];
  });
  return [...portal, ...direct];
}

function badge({ text, tone }: StatusLabel): Markup {
  return markup`<span class="badge ${tone}">${text}</span>`;
}

function fact(name: string, value: string | null): Markup | null {
  return value === null ? null : markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}
