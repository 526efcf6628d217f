import type { ExecutionParent, TriggerInfo } from '@millrace/contracts';

/** The step run that started an execution, as its views have it; nothing for one that something else started. */
export function parentOf(trigger: TriggerInfo): { readonly parent?: ExecutionParent } {
  if (trigger.type !== 'workflow') return {};
  const { execution_id, step_path } = trigger;
  return { parent: { execution_id, step_path } };
}
