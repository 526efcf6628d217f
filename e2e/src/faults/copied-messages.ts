import { headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { SeededRandom } from '@millrace/testing';

/** What queues and streams take from services; the journal, whose entries have a place, is tried where it is read (`apps/history/test/shuffled.int.test.ts`). */
const COPIED = ['runs.>', 'events.>', 'deliveries.>', 'timer.set.>'];
const COPY = 'Millrace-Test-Copy';
const TARGET = 'Nats-Schedule-Target';
const SCHEDULE = 'Nats-Schedule';
const COPIES = 2;
/** The longest time by which a copy comes later. */
const SPREAD_MS = 1_500;
/** What is due later is not of this test. */
const LONGEST_MS = 60_000;

/** Has every message that services publish delivered three times, in an order that has nothing to do with that in which they were sent. */
export class CopiedMessages {
  copies = 0;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isOver = false;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly random: SeededRandom,
  ) {}

  /** From now on, until it is stopped. */
  static async start(connection: NatsConnection, random: SeededRandom): Promise<CopiedMessages> {
    const copied = new CopiedMessages(connection, random);
    for (const subject of COPIED) connection.subscribe(subject, { callback: (_, message) => copied.#copy(message) });
    await connection.flush();
    return copied;
  }

  /** Copies that are still to come are dropped. */
  async stop(): Promise<void> {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.connection.drain();
  }

  #copy(message: Msg): void {
    if (this.#isOver || message.headers?.has(COPY)) return;
    // What a timer gives when it is due is given again then.
    const target = message.headers?.get(TARGET) ?? '';
    const subject = target === '' ? message.subject : target;
    const due = target === '' ? 0 : Math.max(0, dueIn(message.headers?.get(SCHEDULE) ?? ''));
    if (due > LONGEST_MS) return;
    const own = withoutServerFields(message.headers);
    for (let copy = 1; copy <= COPIES; copy++) {
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          this.copies++;
          this.connection.publish(subject, message.data, { headers: own });
        },
        due + this.random.below(SPREAD_MS),
      );
      this.#timers.add(timer);
    }
  }
}

/** Without the id by which the server knows repetitions, and what it is to check. */
function withoutServerFields(given: MsgHdrs | undefined): MsgHdrs {
  const own = headers();
  for (const name of given?.keys() ?? [])
    if (!name.startsWith('Nats-')) for (const value of given?.values(name) ?? []) own.append(name, value);
  own.set(COPY, '1');
  return own;
}

/** Milliseconds until `@at <time>`. */
function dueIn(schedule: string): number {
  const at = Date.parse(schedule.replace(/^@at /, ''));
  return Number.isNaN(at) ? 0 : at - Date.now();
}
