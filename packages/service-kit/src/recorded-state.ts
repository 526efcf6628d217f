import {
  AppError,
  idTime,
  LIMITS,
  ReadRecordedState,
  type JournalBatch,
  type RecordedState,
} from '@millrace/contracts';
import type { Bus, StoredMessage } from '@millrace/messaging';

/** An execution. */
export interface ExecutionPlace {
  readonly organisation_id: string;
  readonly execution_id: string;
}

/** Whether the journal may have dropped what it had of an execution: then that it has nothing says nothing. */
export function mayHaveAgedOut(executionId: string, now: number): boolean {
  return (idTime(executionId) ?? now) < now - LIMITS.journalCertainMs;
}

/** How far an execution of which the journal has nothing is by its record; null when there is none. Throws SERVICE_UNAVAILABLE. */
export async function readRecordedState(
  bus: Pick<Bus, 'request'>,
  { organisation_id, execution_id }: ExecutionPlace,
): Promise<RecordedState | null> {
  try {
    return await bus.request(ReadRecordedState, { organisation_id, execution_id });
  } catch (error) {
    if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return null;
    throw error;
  }
}

/**
 * What `read` says, or null where it cannot say anything now and the execution is so young that its journal has not dropped anything by age. For who would do nothing
 * about an execution of which there is nothing: nobody has to wait for a database then.
 */
export async function unlessYoung<Read>(
  { execution_id }: ExecutionPlace,
  read: () => Promise<Read | null>,
): Promise<Read | null> {
  try {
    return await read();
  } catch (error) {
    const isAway = error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE';
    if (isAway && !mayHaveAgedOut(execution_id, Date.now())) return null;
    throw error;
  }
}

/** The recorded state as an entry that is followed by the first one of an empty subject. */
export function entryOf(
  { organisation_id, execution_id }: ExecutionPlace,
  state: RecordedState,
): StoredMessage<JournalBatch> {
  const payload = { entry_id: 'recorded', organisation_id, execution_id, ...state.latest };
  return { sequence: 0, payload, bytes: 0, publishedAt: '' };
}
