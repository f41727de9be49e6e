import type { SsoErrorCode } from '@org/sso-core';

/** HTTP status of a failure. */
export function statusOf(code: SsoErrorCode): number {
  switch (code) {
    case 'permission_denied':
      return 403;
    case 'not_found':
      return 404;
    case 'conflict':
      return 409;
    case 'invalid_argument':
    case 'failed_precondition':
    case 'unsupported':
      return 400;
    default:
      return 503;
  }
}

/** What a visitor is told of a failure; never the vendor's words. */
export function failureText(code: SsoErrorCode): string {
  switch (code) {
    case 'not_found':
      return 'It is not there any more. Somebody may have deleted it meanwhile.';
    case 'conflict':
      return 'Somebody is doing the same at this moment. Look again in a minute.';
    case 'unsupported':
      return 'This cannot be done here.';
    case 'failed_precondition':
      return 'It is not in a state in which this can be done.';
    case 'invalid_argument':
      return 'The address is not right.';
    default:
      return 'The service did not answer as it should. Nothing is lost; try again in a moment.';
  }
}
