import { Drain } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { instance } from './instance.js';
import type { Logger } from './logging.js';

/** Has `drain` called when the operator asks this process. Resolves when the server knows that it listens. */
export async function drainWhenAsked(bus: Bus, service: string, drain: () => void, logger: Logger): Promise<void> {
  await bus.hear(Drain, {
    subject: Drain.subject({ service }),
    asked: true,
    patient: true,
    heard: (_, open) =>
      void open()
        .then(({ instance: meant }) => {
          if (meant === instance) drain();
        })
        .catch((error: unknown) => logger.warn({ err: error }, 'A request to drain a process could not be read')),
  });
}
