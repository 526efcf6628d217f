import { AppError } from '@millrace/contracts';
import {
  ClosedConnectionError,
  ConnectionError,
  DrainingConnectionError,
  PermissionViolationError,
  RequestError,
  TimeoutError,
} from '@nats-io/transport-node';
import { NoReplyError } from './reply-mux.js';

/** What the client throws for a connection that is lost or closed, and for a server that does not reply in time. */
const OUTAGES = [
  ClosedConnectionError,
  ConnectionError,
  DrainingConnectionError,
  RequestError,
  TimeoutError,
  NoReplyError,
] as const;

/**
 * True for failures on the way to NATS, and of a server that cannot say anything now: the same may succeed later, over this connection or another one.
 * False where it is not allowed, which the client reports as a request that failed.
 */
export function isOutage(error: unknown): boolean {
  const errors = withCauses(error);
  if (errors.some(isRefusal)) return false;
  return errors.some((one) => isUnavailable(one) || OUTAGES.some((kind) => one instanceof kind));
}

function isRefusal(error: Error): boolean {
  return error instanceof PermissionViolationError || (error instanceof NoReplyError && error.reason === 'refused');
}

/** As this package reports a read or a publish that did not come about. */
function isUnavailable(error: Error): boolean {
  return error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE';
}

function withCauses(error: unknown): Error[] {
  return error instanceof Error ? [error, ...withCauses(error.cause)] : [];
}
