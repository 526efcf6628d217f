import { CancelExecution, ReadRecorded, ReadRecordedState, ReadReused, RecordSecretUses } from '@millrace/contracts';

/**
 * What executors ask other services: to cancel children that nobody waits for any more; what an execution takes over from another one; what the journal of an
 * execution has dropped.
 */
export const ASKED_BY_EXECUTORS = [RecordSecretUses, CancelExecution, ReadReused, ReadRecorded, ReadRecordedState].map(
  ({ subject }) => subject,
);
