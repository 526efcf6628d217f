import {
  DeliverPolicy,
  JetStreamApiError,
  jetstreamManager,
  type ConsumerConfig,
  type ConsumerInfo,
  type JetStreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from './logger.js';
import type { ConsumerSpec, Topology } from './stream-spec.js';
import { consumerConfig } from './topology-diff.js';

/** What is published before the first look, while the server has just come back, is found by the second one. */
const SECOND_LOOK_MS = 60_000;
/** A message that is acknowledged leaves a moment after its consumer has moved on. */
const LEAVES_MS = 1_000;
/** The first look comes soon after the server: what is younger may have been stored since its loss. */
const MAY_BE_NEW_MS = 10 * 60_000;

/** Whose consumers are looked at: those of one service. */
interface Means {
  readonly group: string;
  readonly logger: Logger;
}

/**
 * A server that lost its power may have lost the newest messages of a stream, and kept that a consumer had taken them. It gives the same sequences
 * away again, and never delivers what gets one of those. Such a consumer is made anew: of a queue from the first message that is stored, of another
 * stream from the first that was not acknowledged or may be new. For those who take from it that is a redelivery.
 */
export class ConsumerPlaces {
  #secondLook: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly topology: () => Topology,
    private readonly means: Means,
  ) {}

  /** Looks at each consumer now and once more in a while; to be called whenever a connection was made. */
  async check(): Promise<void> {
    clearTimeout(this.#secondLook);
    this.#secondLook = setTimeout(() => void this.#look(), SECOND_LOOK_MS).unref();
    await this.#look();
  }

  stop(): void {
    clearTimeout(this.#secondLook);
  }

  async #look(): Promise<void> {
    try {
      const manager = await jetstreamManager(this.connection, { checkAPI: false });
      const { streams, consumers } = this.topology();
      const queues = new Set(streams.flatMap(({ name, retention }) => (retention === 'workqueue' ? name : [])));
      for (const spec of consumers.filter(({ group }) => group === this.means.group)) {
        const isQueue = queues.has(spec.stream);
        if (!(await isAhead(manager, spec)) && !(isQueue && (await leavesOut(manager, spec)))) continue;
        await this.#makeAnew(manager, spec, isQueue ? {} : await beginningOf(manager, spec));
      }
    } catch (error) {
      if (this.connection.isClosed()) return;
      this.means.logger.warn({ reason: String(error) }, 'The places of consumers could not be checked yet');
    }
  }

  async #makeAnew(manager: JetStreamManager, spec: ConsumerSpec, beginning: Partial<ConsumerConfig>): Promise<void> {
    const fields = { stream: spec.stream, consumer: spec.name, ...beginning };
    this.means.logger.warn(
      fields,
      'A consumer has taken more than its stream has: the server has lost messages. It begins anew',
    );
    await manager.consumers.delete(spec.stream, spec.name);
    await manager.consumers.add(spec.stream, { ...consumerConfig(spec), ...beginning });
  }
}

/** Whether a consumer was delivered more than its stream ever had. */
function isAhead(manager: JetStreamManager, spec: ConsumerSpec): Promise<boolean> {
  return isSoTwice(async () => {
    // In this order: a stream only grows.
    const consumer = await infoOf(manager, spec);
    if (consumer === null || consumer.delivered.stream_seq === 0) return null;
    const { state } = await manager.streams.info(spec.stream);
    return consumer.delivered.stream_seq > state.last_seq ? consumer.delivered.stream_seq : null;
  });
}

/** Whether a queue still has a message that its consumer counts among those that were acknowledged, which leave it. */
function leavesOut(manager: JetStreamManager, spec: ConsumerSpec): Promise<boolean> {
  return isSoTwice(async () => {
    const consumer = await infoOf(manager, spec);
    if (consumer === null || consumer.ack_floor.stream_seq === 0) return null;
    const query = { seq: 1, next_by_subj: spec.filter };
    const first = await unlessNotFound(manager.streams.getMessage(spec.stream, query));
    return first !== null && first.seq <= consumer.ack_floor.stream_seq ? first.seq : null;
  });
}

/** Whether the same sequence is found in two looks: one look may see a message that is just leaving, or replicas that do not agree yet. */
export async function isSoTwice(look: () => Promise<number | null>): Promise<boolean> {
  const first = await look();
  if (first === null) return false;
  await new Promise((resolve) => setTimeout(resolve, LEAVES_MS));
  return (await look()) === first;
}

async function beginningOf(manager: JetStreamManager, spec: ConsumerSpec): Promise<Partial<ConsumerConfig>> {
  const floor = (await infoOf(manager, spec))?.ack_floor.stream_seq ?? 0;
  const { state } = await manager.streams.info(spec.stream);
  const found = floor === 0 ? null : await unlessNotFound(manager.streams.getMessage(spec.stream, { seq: floor }));
  return beginningAfterLoss({ floor, lastSequence: state.last_seq, storedAt: found?.time ?? null }, Date.now());
}

/**
 * Where a consumer of a stream that keeps its messages begins, so that nobody gets all of them once more. `floor`: up to where it had acknowledged; `storedAt`: when
 * the message was stored that has that sequence now.
 */
export function beginningAfterLoss(
  { floor, lastSequence, storedAt }: { floor: number; lastSequence: number; storedAt: Date | null },
  now: number,
): Partial<ConsumerConfig> {
  const since = new Date(now - MAY_BE_NEW_MS);
  // What has that sequence now is not what was acknowledged: all that was stored before the loss had been.
  if (floor >= lastSequence || (storedAt !== null && storedAt > since))
    return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toISOString() };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: floor + 1 };
}

function infoOf(manager: JetStreamManager, { stream, name }: ConsumerSpec): Promise<ConsumerInfo | null> {
  return unlessNotFound(manager.consumers.info(stream, name));
}

/** What is missing is created by whoever it belongs to. */
async function unlessNotFound<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return null;
    throw error;
  }
}
