import { SsoError } from '@org/sso-core';
import type { Canary } from '@org/sso-core/migration';

/** Throws `invalid_argument`. */
export function checkCanary(operation: string, { percent, users }: Canary): void {
  const refuse = (why: string): never => {
    throw new SsoError({ code: 'invalid_argument', message: `${operation}: ${why}` });
  };
  if (!(Number.isFinite(percent) && percent >= 0 && percent <= 100))
    refuse('percent must be a number from 0 to 100');
  for (const user of users) if (!/^[^\s@]+@[^\s@]+$/.test(user)) refuse(`"${user}" is no e-mail address`);
}
