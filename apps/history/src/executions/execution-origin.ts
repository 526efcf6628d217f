import type { ExecutionSummary, TriggerInfo } from '@millrace/contracts';

/** The execution that one with this trigger retries or replays; undefined for any other. */
export function originIn(trigger: TriggerInfo): string | undefined {
  return trigger.type === 'retry' || trigger.type === 'replay' ? trigger.execution_id : undefined;
}

/** The same as it is shown. */
export function originOf(
  triggerType: string,
  executionId: string | undefined,
): Pick<ExecutionSummary, 'retried_from' | 'replayed_from'> {
  if (executionId === undefined) return {};
  if (triggerType === 'retry') return { retried_from: executionId };
  return triggerType === 'replay' ? { replayed_from: executionId } : {};
}

/** That it only tries something, as it is shown. */
export function testOf(isTest: boolean): Pick<ExecutionSummary, 'test'> {
  return isTest ? { test: true } : {};
}
