import { RunRequested, type DueExecution } from '@millrace/contracts';
import { isUnreadable, type Bus } from '@millrace/messaging';

/**
 * Puts a suspended execution back into the queue of its organisation, where it gets a slot in its turn; durable when it resolves. Waking it
 * twice is waking it once: of two messages at nearly the same time the server recognises the second, and the first one stays in the queue for as long as
 * the run that it began. Whether there is still something to wake is decided by who takes it from there. Throws STORAGE_FULL, SERVICE_UNAVAILABLE.
 */
export async function wakeExecution(bus: Pick<Bus, 'publish' | 'lastOnSubject'>, due: DueExecution): Promise<void> {
  if ((await generationInQueue(bus, due)) >= due.generation) return;
  const { request_id } = due;
  await bus.publish(RunRequested, due, request_id === undefined ? {} : { requestId: request_id });
}

/** Of the newest message of the execution; -1 without one. */
async function generationInQueue(bus: Pick<Bus, 'lastOnSubject'>, due: DueExecution): Promise<number> {
  try {
    return (await bus.lastOnSubject(RunRequested, due))?.payload.generation ?? -1;
  } catch (error) {
    // Only the first one is large enough to be stored apart, and so to get lost.
    if (isUnreadable(error)) return -1;
    throw error;
  }
}
