import { randomSecret } from '@millrace/contracts';

/** A random request id, `req_` and 20 characters. */
export function newRequestId(): string {
  return `req_${randomSecret(20)}`;
}
