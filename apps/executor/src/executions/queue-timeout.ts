import type { Failure } from '@millrace/contracts';
import type { WorkflowPlan } from '@millrace/schema';

/**
 * Why an execution is not begun any more that has waited since then; null while it may be. Milliseconds since the epoch: not the time at which it was accepted, which of one
 * that makes up for a nominal time is that time.
 */
export function queuedTooLong(
  { queueTimeoutMs }: Pick<WorkflowPlan, 'queueTimeoutMs'>,
  since: number,
  now: number,
): Failure | null {
  if (queueTimeoutMs === null || now - since <= queueTimeoutMs) return null;
  return {
    code: 'QUEUE_TIMEOUT',
    message: `The execution waited for its beginning for longer than ${queueTimeoutMs} ms (settings.queue_timeout), and was not begun`,
    details: { queue_timeout_ms: queueTimeoutMs },
  };
}
