import { LIMITS, type WebhookSnapshotValue } from '@millrace/contracts';
import { parseDuration, RESPOND_TIMEOUT_MS } from '@millrace/schema';
import type { WaitingStart } from '../executions/waiting-starts.js';

/** How the caller of a webhook waits for a response. */
export function waitOf({
  organisation_id,
  respond_timeout,
  responds_with_output = false,
}: WebhookSnapshotValue): Pick<WaitingStart, 'organisationId' | 'waitMs' | 'respondsWithOutput'> {
  const waitMs = Math.min(parseDuration(respond_timeout) ?? LIMITS.webhookResponseMs, RESPOND_TIMEOUT_MS);
  return { organisationId: organisation_id, waitMs, respondsWithOutput: responds_with_output };
}
