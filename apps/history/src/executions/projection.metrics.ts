import { counter, counterFromZero, histogram } from '@millrace/service-kit/metrics';

/** Parts of executions that batches held, by what became of them: `written`, or `given_up` (in number of entries) after an error that trying again can't fix. */
export const projectedExecutions = counter(
  'millrace_history_projected_total',
  'Parts of executions projected from the journal',
  ['outcome'],
);

/** Documents whose content MongoDB refused, by what became of them. */
export const refusedDocuments = counterFromZero(
  'millrace_history_refused_documents_total',
  'Documents that MongoDB refused',
  'outcome',
  ['given_up', 'without_events'],
);

/** Time from the arrival of a batch until it is written and published. */
export const projectionSeconds = histogram(
  'millrace_history_batch_seconds',
  'Seconds to write one batch of the journal',
);

/** Finished executions whose journal entries were replaced by an end marker. */
export const trimmedExecutions = counter(
  'millrace_history_trimmed_total',
  'Finished executions that left the journal before its age limit',
);
