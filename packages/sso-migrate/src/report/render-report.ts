import escapeHtml from 'escape-html';
import {
  migrationStages,
  type Migration,
  type MigrationStage,
  type StoredJournalEntry,
} from '@org/sso-core/migration';
import type { CustomerTask } from '../plan/plan.js';
import { describeDifference } from '../verify/describe-verification.js';
import type { Verification, VerificationCheck } from '../verify/verification.js';
import type { MigrationReport, ReportedOrganization } from './migration-report.js';
import { style } from './style.js';

/** A page that needs no network and no script. Everything a vendor or a customer named is escaped. */
export function renderReport({ at, from, to, counts, organizations }: MigrationReport): string {
  const title = `Moving from ${from} to ${to}`;
  const totals = [...migrationStages, 'not_enrolled' as const]
    .map((stage) => `<li><b>${counts.stages[stage]}</b>${words(stage)}</li>`)
    .join('');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="quiet">${count(organizations.length, 'customer')} · ${counts.blocked} blocked · ${count(counts.rolledBack, 'roll-back')} so far · as of ${instant(at)}</p>
<ul class="totals">${totals}</ul>
<h2>Customers</h2>
${organizations.map((organization) => card(organization, to)).join('\n') || '<p>There are none.</p>'}
</main>
</html>
`;
}

function card(organization: ReportedOrganization, to: string): string {
  const { tenantId, name, migration, blockers, verification, timeline } = organization;
  return `<details${blockers.length > 0 ? ' open' : ''}>
<summary><span class="name">${escapeHtml(name)}</span> <span class="id quiet">${escapeHtml(tenantId ?? 'no tenant id')}</span> ${stageTag(migration)} ${verificationTag(verification)}${blockers.length > 0 ? ' <span class="tag bad">blocked</span>' : ''}</summary>
<div class="body">
${ladder(migration?.stage ?? null)}
${canary(migration, to)}
${section('What blocks it', list(blockers))}
${section('To do by their IT admin', tasks(organization.customerTasks))}
${section('Worth knowing', list(organization.findings.filter(({ severity }) => severity === 'warns').map(({ message }) => message)))}
${section('Compared', checks(verification))}
${section('Timeline', journal(timeline))}
</div>
</details>`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<h3>${title}</h3>\n${body}`;
}

function list(sentences: readonly string[]): string {
  return sentences.length === 0
    ? ''
    : `<ul>${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`;
}

function ladder(stage: MigrationStage | null): string {
  const reached = stage === null ? -1 : migrationStages.indexOf(stage);
  const steps = migrationStages.map((step, index) => {
    const state =
      index === reached ? ' class="here" aria-current="step"' : index < reached ? ' class="done"' : '';
    return `<li${state}>${step}</li>`;
  });
  return `<ol class="ladder">${steps.join('')}</ol>`;
}

function canary(migration: Migration | null, to: string): string {
  if (!migration?.canary) return '';
  const { percent, users } = migration.canary;
  return `<p>${percent} % of its people${users.length > 0 ? ` and ${count(users.length, 'person', 'people')} by name` : ''} sign in at ${escapeHtml(to)}.</p>`;
}

function stageTag(migration: Migration | null): string {
  return `<span class="tag">${migration?.stage ?? 'not enrolled'}</span>`;
}

const verificationColours = { green: 'good', red: 'bad', incomplete: 'mild' } as const;

function verificationTag(verification: Verification | null): string {
  if (!verification) return '<span class="tag quiet">not verified</span>';
  return `<span class="tag ${verificationColours[verification.outcome]}">${verification.outcome}</span>`;
}

function tasks(all: readonly CustomerTask[]): string {
  if (all.length === 0) return '';
  const items = all.map((task) => {
    const about = [task.identityProvider, task.protocol].filter((part) => part !== null).join(', ');
    const values = task.values.map(
      ({ name, old, new: next }) =>
        `<tr><td>${words(name)}</td><td class="id">${escapeHtml(old ?? 'not told')}</td><td class="id">${escapeHtml(next ?? 'in the portal')}</td></tr>`,
    );
    const table =
      values.length === 0
        ? ''
        : `<div class="wide"><table><tr><th>value</th><th>now</th><th>then</th></tr>${values.join('')}</table></div>`;
    return `<li>${words(task.task)}${about === '' ? '' : ` (${escapeHtml(about)})`}${table}</li>`;
  });
  return `<ul>${items.join('')}</ul>`;
}

const checkColours = {
  passed: 'good',
  failed: 'bad',
  error: 'mild',
  not_possible: 'mild',
  not_needed: 'quiet',
} as const;

function checks(verification: Verification | null): string {
  if (!verification) return '';
  const rows = verification.checks.map(
    (check) =>
      `<tr><td>${words(check.check)}</td><td class="${checkColours[check.outcome]}">${words(check.outcome)}</td>${compared(check, verification)}<td>${escapeHtml(check.message)}${list(check.differences.map((difference) => describeDifference(difference, verification)))}</td></tr>`,
  );
  const { from, to, at } = verification;
  return `<p class="quiet">${instant(at)}</p>
<div class="wide"><table class="found"><tr><th>what</th><th>outcome</th><th class="number">${escapeHtml(from.provider)}</th><th class="number">${escapeHtml(to.provider)}</th><th>found</th></tr>${rows.join('')}</table></div>`;
}

function compared({ compared: sides }: VerificationCheck, { from, to }: Verification): string {
  return number(from.provider, sides?.from ?? '') + number(to.provider, sides?.to ?? '');
}

function number(provider: string, total: number | ''): string {
  return `<td class="number" data-side="${escapeHtml(provider)}">${total}</td>`;
}

function journal(entries: readonly StoredJournalEntry[]): string {
  if (entries.length === 0) return '';
  const items = entries.map(
    (entry) =>
      `<li><span class="quiet">${instant(entry.at)}</span> ${words(entry.action)}${moreOf(entry)} <span class="quiet">by ${escapeHtml(entry.actor)}</span></li>`,
  );
  return `<ol class="timeline">${items.join('')}</ol>`;
}

function moreOf({ action, fromStage, toStage, detail }: StoredJournalEntry): string {
  const { step, outcome } = (detail ?? {}) as { readonly step?: unknown; readonly outcome?: unknown };
  if (action === 'step_done' && typeof step === 'string') return `: ${escapeHtml(step)}`;
  if (action === 'verified' && typeof outcome === 'string') return `: ${escapeHtml(outcome)}`;
  if (toStage === null || fromStage === toStage) return '';
  return `: ${fromStage === null ? toStage : `${fromStage} → ${toStage}`}`;
}

function instant(at: string): string {
  return `<time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(0, 19).replace('T', ' '))} UTC</time>`;
}

function words(name: string): string {
  return escapeHtml(name.replaceAll('_', ' '));
}

function count(total: number, one: string, many = `${one}s`): string {
  return `${total} ${total === 1 ? one : many}`;
}
