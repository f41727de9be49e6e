import { redact } from '@org/sso-core/http';
import type { CallContext } from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { refusal } from '../errors.js';

/** Enables or disables what is at `path`. Throws `failed_precondition` when it did not happen, which Scalekit says with a 200 [S]. */
export async function toggle(
  api: ScalekitApi,
  what: 'connection' | 'directory',
  verb: 'enable' | 'disable',
  path: string,
  context: CallContext,
): Promise<void> {
  const { toggleAnswer } = await import('../wire/common.js');
  const { enabled, error_message: problem } = await api.read(
    { context, method: 'PATCH', path: `${path}:${verb}` },
    toggleAnswer,
  );
  if (problem || (enabled ?? false) !== (verb === 'enable')) {
    const detail = problem ? `: ${redact(problem, [])}` : '';
    throw refusal('failed_precondition', context, `Scalekit did not ${verb} the ${what}${detail}`);
  }
}
