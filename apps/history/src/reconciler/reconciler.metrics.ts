import { counterFromZero, gauge } from '@millrace/service-kit/metrics';

/** Executions that nothing would have run on, by what was done: `woken`, for whom the timer had not come; `failed`, with EXECUTION_LOST. */
export const reconciledExecutions = counterFromZero('millrace_history_reconciled_total', 'Executions that nothing would have run on, by what was done', 'outcome', ['woken', 'failed']); // prettier-ignore

/** Executions that the last sweep of this replica found without anything that runs them on, before it is certain. */
export const suspectedExecutions = gauge('millrace_history_suspected_executions', 'Executions that nothing seems to run on, and that are looked at again'); // prettier-ignore
