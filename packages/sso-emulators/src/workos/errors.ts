import { type EmulatorResponse, ResponseError } from '../kernel/http.js';

// WorkOS has no single error format. The letters are those of the README's list of envelopes.

/** (a) 404 on organizations, connections, profiles and unknown paths. [R 2020–2021] */
export function notFound(): ResponseError {
  return answer(404, { message: 'Not Found' });
}

/** (b) 404 on newer resources. [R][S] */
export function entityNotFound(kind: string, id: string): ResponseError {
  return answer(404, { message: `${kind} not found: '${id}'.`, code: 'entity_not_found', entity_id: id });
}

/** (c) 401 for a missing or unknown API key. [R] */
export const unauthorized: EmulatorResponse = { status: 401, body: { message: 'Unauthorized' } };

/** (d) 401 on `GET /sso/profile`. [S] */
export function profileUnauthorized(): ResponseError {
  return answer(401, { error: 'Unauthorized' });
}

/** One rejected field of a request. */
export interface Problem {
  readonly field: string;
  /** A code in the newer envelope, often a sentence in the older one. */
  readonly code: string;
}

/** (e) 422, older style. [R] */
export function validationFailed(errors: readonly Problem[]): ResponseError {
  return answer(422, { message: 'Validation failed', errors });
}

/** (f) 422 on `/events`. [S] */
export function validationRejected(errors: readonly Problem[]): ResponseError {
  return answer(422, { errors, message: 'Validation failed.' });
}

/** (g) 422, newer style of `/user_management`. [R][S] */
export function invalidRequestParameters(errors: readonly CodedProblem[]): ResponseError {
  return answer(422, { code: 'invalid_request_parameters', message: 'Validation failed', errors });
}

/** (g) with a code of its own and status 400. [S] */
export function validationError(code: string, errors: readonly CodedProblem[]): ResponseError {
  return answer(400, { code, message: 'Validation failed.', errors });
}

interface CodedProblem {
  readonly code: string;
  readonly message: string;
}

/** (h) 400 with a code; 409 and 422 where a resource says so. [S] */
export function refused(
  code: string,
  message = 'Request could not be processed.',
  status = 400,
): ResponseError {
  return answer(status, { code, message });
}

/** (i) 400, OAuth style. [R][S] */
export function oauthError(error: string, description: string): ResponseError {
  return answer(400, { error, error_description: description });
}

/** (j) 400 on audit-log exports: a message that is a list. [S] */
export function badRequest(messages: readonly string[]): ResponseError {
  return answer(400, { message: messages, error: 'Bad Request' });
}

/** (k) 400 on audit-log events: errors of the JSON Schema validator. [R][S] */
export function invalidAuditLog(errors: readonly object[]): ResponseError {
  return answer(400, { code: 'invalid_audit_log', message: 'Invalid Audit Log event', errors });
}

/** (n), (o) A message and nothing else. [R 2020] */
export function onlyMessage(status: number, message: string): ResponseError {
  return answer(status, { message });
}

function answer(status: number, body: object): ResponseError {
  return new ResponseError({ status, body });
}
