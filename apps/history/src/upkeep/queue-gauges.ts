import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { gauge } from '@millrace/service-kit/metrics';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';

const MEASURE_EVERY_MS = 5_000;

const messages = gauge('millrace_stream_messages', 'Messages that a stream of NATS holds', ['stream']);
const lastSequence = gauge(
  'millrace_stream_last_sequence',
  'Sequence of the newest message that a stream of NATS was ever given; deleting messages does not change it',
  ['stream'],
);
const bytes = gauge('millrace_stream_bytes', 'Bytes that a stream of NATS holds', ['stream']);
const oldest = gauge('millrace_stream_oldest_seconds', 'Age of the oldest message of a stream of NATS; 0 without any', [
  'stream',
]);
const waiting = gauge('millrace_consumer_waiting', 'Messages that wait for those who take from a consumer of NATS', [
  'stream',
  'consumer',
]);
const underWay = gauge('millrace_consumer_under_way', 'Messages of a consumer of NATS that are being worked on', [
  'stream',
  'consumer',
]);
const redelivered = gauge(
  'millrace_consumer_redelivered',
  'Messages under way that a consumer of NATS has delivered more than once',
  ['stream', 'consumer'],
);
const all = [messages, lastSequence, bytes, oldest, waiting, underWay, redelivered];

/**
 * Measures the queues of the whole platform. Here, because history always runs, while executors may be scaled to none when the queue is empty;
 * each replica measures the same, so queries take the largest.
 */
@Injectable()
export class QueueGauges extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(BUS) private readonly bus: Bus,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Preparing', run: () => Promise.resolve() },
      tasks: [{ name: 'Measuring queues', everyMs: MEASURE_EVERY_MS, run: () => this.#measure() }],
    };
  }

  async #measure(): Promise<void> {
    let states: Awaited<ReturnType<Bus['queueStates']>>;
    try {
      states = await this.bus.queueStates();
    } catch (error) {
      // What is no longer known must not look as if nothing had changed.
      for (const one of all) one.reset();
      throw error;
    }
    // A lane or a stream that is gone has no state any more.
    for (const one of all) one.reset();
    for (const state of states.streams) {
      const labels = { stream: state.stream };
      messages.set(labels, state.messages);
      lastSequence.set(labels, state.lastSequence);
      bytes.set(labels, state.bytes);
      oldest.set(labels, state.oldestAt === null ? 0 : Math.max(0, Date.now() - state.oldestAt.getTime()) / 1_000);
    }
    for (const state of states.consumers) {
      const labels = { stream: state.stream, consumer: state.consumer };
      waiting.set(labels, state.waiting);
      underWay.set(labels, state.underWay);
      redelivered.set(labels, state.redelivered);
    }
  }
}
