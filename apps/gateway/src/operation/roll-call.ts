import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { newId, Present, RollCall, type PresentProcess } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';

/** Nobody knows how many processes there are, so that each call waits for as long. A health check may take two seconds. */
const WAIT_MS = 2_500;

/** Asks all processes of the installation whether they are there. */
@Injectable()
export class ProcessRollCall {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** Those that say so in time. */
  async present(): Promise<PresentProcess[]> {
    const call_id = newId('event');
    const found = new Map<string, PresentProcess>();
    const end = await this.bus.hear(Present, {
      heard: (subject, open) => {
        // Another call's, perhaps of another gateway.
        if (!subject.endsWith(`.${call_id}`)) return;
        void open().then(
          (process) => {
            // Who may publish under a service's name is that service alone: of another it may say nothing.
            if (subject === Present.subject({ ...process, call_id }))
              found.set(`${process.service} ${process.instance}`, process);
          },
          // Of a release that says something else.
          () => undefined,
        );
      },
    });
    try {
      await this.bus.tell(RollCall, { call_id });
      await sleep(WAIT_MS);
    } finally {
      end();
    }
    return [...found.values()].sort((a, b) => a.instance.localeCompare(b.instance));
  }
}
