import { SsoError } from '@org/sso-core';
import type { Inventory } from './inventory/inventory.js';
import { assertPlan } from './plan/make-plan.js';
import type { Plan } from './plan/plan.js';
import type { Records } from './records.js';
import { createSpool } from './spool.js';

/** A plan or inventory as JSON lines: first all but its organizations, then one of them a line. */
export function* toLines(document: Plan | Inventory): Generator<string> {
  const { organizations, ...head } = document;
  yield JSON.stringify(head);
  for (const organization of organizations) yield JSON.stringify(organization);
}

/** Reads what {@link toLines} wrote. Throws `invalid_argument` for anything else, a file cut short included. */
export async function planFromLines(lines: AsyncIterable<string> | Iterable<string>): Promise<Plan> {
  const plan = (await fromLines(lines, 'plan', 'counts')) as unknown as Plan;
  assertPlan(plan);
  return plan;
}

/** Reads what {@link toLines} wrote. Throws `invalid_argument` for anything else, a file cut short included. */
export async function inventoryFromLines(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<Inventory> {
  return (await fromLines(lines, 'inventory', 'abilities')) as unknown as Inventory;
}

async function fromLines(
  lines: AsyncIterable<string> | Iterable<string>,
  what: string,
  telling: string,
): Promise<{ readonly organizations: Records<unknown> }> {
  const refuse = (why: string): never => {
    throw new SsoError({
      code: 'invalid_argument',
      message: `This is no ${what} written by this package: ${why}`,
    });
  };
  const organizations = createSpool<unknown>();
  let head: Readonly<Record<string, unknown>> | undefined;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      refuse(`line ${number} is not JSON`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      refuse(`line ${number} is no object`);
    if (head) organizations.add(value);
    else head = value as Readonly<Record<string, unknown>>;
  }
  if (!head || !(telling in head) || head['version'] !== 1)
    return refuse('its first line is not the head of one');
  const counted = (head['counts'] as { readonly organizations?: unknown } | null)?.organizations;
  if (counted !== organizations.length)
    refuse(`it has ${organizations.length} organizations and should have ${String(counted)}`);
  return { ...head, organizations };
}
