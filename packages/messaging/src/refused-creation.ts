import { PermissionViolationError } from '@nats-io/transport-node';

const CREATION = /^\$JS\.API\.(?:STREAM|CONSUMER)\.CREATE\./;

/**
 * Whether the server has refused to create a stream or consumer. Each service tries that with all that it uses while it is missing, and leaves
 * what it must not create to the service that does: at the first start that is in order, and `ensureTopology` says so when it takes long.
 */
export function isRefusedCreation(error: unknown): boolean {
  return error instanceof PermissionViolationError && error.operation === 'publish' && CREATION.test(error.subject);
}
