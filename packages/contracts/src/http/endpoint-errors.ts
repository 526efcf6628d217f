import { ERRORS, type ErrorCode } from '../errors.js';
import { keepsAnswer, takesIdempotencyKey, takesNoFields, type EndpointDeclaration } from './endpoint.js';
import { PATH_PARAMETERS, pathParametersOf } from './path-parameters.js';

/** Any call may have too many headers, and anything may break. */
const ALWAYS: readonly ErrorCode[] = ['INVALID_INPUT', 'INTERNAL_ERROR'];
const WITH_TOKEN: readonly ErrorCode[] = ['UNAUTHORIZED', 'FORBIDDEN', 'RATE_LIMIT_EXCEEDED', 'SERVICE_UNAVAILABLE'];
const OF_ORGANISATION: readonly ErrorCode[] = ['ORGANISATION_SUSPENDED'];
const WITH_BODY: readonly ErrorCode[] = ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'RATE_LIMIT_EXCEEDED'];

const KEPT_ANSWER: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_ANSWER_NOT_KEPT'];
const WITH_KEY: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEYS_EXHAUSTED', 'STORAGE_FULL'];

/** Every code that a call of the endpoint may fail with, by status. */
export function errorsOf(endpoint: EndpointDeclaration): ErrorCode[] {
  const codes = new Set<ErrorCode>([
    ...ALWAYS,
    ...(endpoint.access === 'public' ? [] : WITH_TOKEN),
    ...(endpoint.access === 'public' || endpoint.access === 'operator' ? [] : OF_ORGANISATION),
    ...pathParametersOf(endpoint.path).map((name) => PATH_PARAMETERS[name].code),
    ...(endpoint.body || takesNoFields(endpoint) ? WITH_BODY : []),
    ...(endpoint.body?.type === 'json' ? (['INVALID_JSON'] as const) : []),
    ...(takesIdempotencyKey(endpoint) ? WITH_KEY : []),
    ...(keepsAnswer(endpoint) ? KEPT_ANSWER : []),
    ...(endpoint.errors ?? []),
  ]);
  return [...codes].sort((a, b) => ERRORS[a].status - ERRORS[b].status || a.localeCompare(b));
}
