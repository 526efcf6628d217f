import { AppError } from '@millrace/contracts';
import { WrongSequenceError, type Delivery } from '@millrace/messaging';
import { isoTime, pause, type Clock } from '../clock.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';
import type { JournalSubject } from './journal-subject.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Whether what ended a run has nothing to do with its execution: the process stops, or what it depends on is away or full. */
export function isNoFaultOfExecution(error: unknown): boolean {
  return error instanceof ExecutorStoppingError || isInfrastructure(error);
}

function isInfrastructure(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'SERVICE_UNAVAILABLE' || error.code === 'STORAGE_FULL');
}

/**
 * Records that a run ended in order, so that it does not count as lost. While the journal cannot be written this waits, for
 * as long as it takes: nothing could run meanwhile anyhow, and a process that dies here is the only one to blame. When the
 * process stops there is one attempt.
 */
export async function handOver(
  journal: JournalSubject,
  delivery: Pick<Delivery, 'deliveryCount' | 'signal'>,
  clock: Clock,
): Promise<void> {
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    try {
      if (!(await journal.endsWithThisRun())) return;
      const at = isoTime(clock.now());
      return await journal.append([{ type: 'resumed', at, delivery: delivery.deliveryCount, handed_over: true }]);
    } catch (error) {
      if (error instanceof WrongSequenceError) return;
      if (delivery.signal.aborted || !isInfrastructure(error)) throw error;
      await pause(clock, wait);
    }
  }
}
