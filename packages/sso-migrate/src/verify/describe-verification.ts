import type { Difference, Verification } from './verification.js';

const marks = {
  passed: 'ok',
  failed: 'FAILED',
  error: 'ERROR',
  not_possible: 'not possible',
  not_needed: 'not needed',
} as const;

/** A verification as text, line by line. */
export function* describeVerification({
  tenantId,
  outcome,
  at,
  from,
  to,
  checks,
}: Verification): Generator<string> {
  yield `${tenantId}: ${outcome} at ${at}, ${from.provider} (${from.organizationId ?? 'none'}) to ${to.provider} (${to.organizationId ?? 'none'})`;
  for (const { check, outcome: found, message, error, compared, differences } of checks) {
    const counts = compared === null ? '' : ` [${compared.from} and ${compared.to}]`;
    yield `  ${marks[found]} ${check.replaceAll('_', ' ')}${counts}: ${message}${error ? ` ${error.message}` : ''}`;
    for (const difference of differences) yield `    ${describeDifference(difference, { from, to })}`;
  }
}

/** How many, of what, and a few of them. */
export function describeDifference(
  { difference, side, field, count, examples, values }: Difference,
  providers: Pick<Verification, 'from' | 'to'>,
): string {
  const where = side === 'both' ? '' : ` at ${providers[side].provider}`;
  const rest = count > examples.length ? ', …' : '';
  const shown = values?.map(({ from, to }) => ` ${JSON.stringify(from)} ≠ ${JSON.stringify(to)}`) ?? [];
  return `${count} ${difference.replaceAll('_', ' ')}${field === null ? '' : ` in ${field}`}${where}: ${examples.map((example, index) => example + (shown[index] ?? '')).join(', ')}${rest}`;
}
