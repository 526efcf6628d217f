import { EventOccurred, ExecutionFinished, JournalEntry, STORED_PREFIX } from '@millrace/contracts';

/** The announcements of what may be followed, by their subjects. */
export const FOLLOWED: readonly string[] = [JournalEntry, ExecutionFinished, EventOccurred].map(
  ({ pattern }) => `${STORED_PREFIX}.${pattern}`,
);
