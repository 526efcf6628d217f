import { STREAMS, type System, type SystemQueue } from '@millrace/contracts';
import type { ConsumerState, StreamState } from '@millrace/messaging';

/** What NATS says of its streams and consumers. */
export interface QueueStates {
  readonly streams: readonly StreamState[];
  readonly consumers: readonly ConsumerState[];
}

/** A queue, and how many may wait in it; above, the alerts of `deploy/observability` begin to count. */
interface QueueKind extends Pick<SystemQueue, 'queue' | 'holds' | 'taken_by'> {
  readonly most: number;
  /** That anything waits and nobody works on anything is a fault, once it is so old. */
  readonly idleSeconds?: number;
}

const MOST_DUE = 100;

const KINDS: readonly QueueKind[] = [
  {
    ...{ queue: STREAMS.runs, holds: 'executions to start or to go on', taken_by: 'executor' },
    ...{ most: 1_000, idleSeconds: 60 },
  },
  {
    ...{ queue: STREAMS.journal, holds: 'what executions did, until it is in their records', taken_by: 'history' },
    most: 10_000,
  },
  {
    ...{ queue: STREAMS.timers, holds: 'waits, retries and deliveries that are due' },
    ...{ taken_by: 'executor, webhook-dispatcher', most: MOST_DUE },
  },
  {
    ...{ queue: STREAMS.events, holds: 'what happened, until it is known who is to get it' },
    ...{ taken_by: 'webhook-dispatcher', most: 1_000 },
  },
  {
    ...{ queue: STREAMS.deliveries, holds: 'events to be sent to who subscribed to them' },
    ...{ taken_by: 'webhook-dispatcher', most: 1_000 },
  },
];

/** The queues as they are at a time (milliseconds since the epoch). */
export function queuesOf(states: QueueStates, now: number): SystemQueue[] {
  return KINDS.map(({ most, idleSeconds, ...kind }) => {
    const { streams, consumers } = partOf(states, kind.queue);
    const oldest = streams.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt.getTime()]));
    const waiting = sum(consumers, (one) => one.waiting);
    const under_way = sum(consumers, (one) => one.underWay);
    const oldest_seconds = oldest.length === 0 ? null : Math.max(0, Math.floor((now - Math.min(...oldest)) / 1_000));
    const isIdle = waiting > 0 && under_way === 0 && (oldest_seconds ?? 0) >= (idleSeconds ?? Infinity);
    const idle = idleSeconds === undefined ? '' : `, and none for more than ${idleSeconds} s while nobody takes any`;
    return {
      ...kind,
      waiting,
      under_way,
      redelivered: sum(consumers, (one) => one.redelivered),
      oldest_seconds,
      bytes: sum(streams, (one) => one.bytes),
      normal: `at most ${most.toLocaleString('en')} wait${idle}`,
      ok: waiting <= most && !isIdle,
    };
  });
}

/** Timers that are set, and those that are due. */
export function timersOf(states: QueueStates): System['timers'] {
  const { streams, consumers } = partOf(states, STREAMS.timers);
  const due = sum(consumers, (one) => one.waiting);
  const set = sum(streams, (one) => one.messages) - due - sum(consumers, (one) => one.underWay);
  return { set: Math.max(0, set), due, normal: `at most ${MOST_DUE} are due`, ok: due <= MOST_DUE };
}

/** How many messages could not be processed. */
export function deadLettersOf(states: QueueStates): System['dead_letters'] {
  const count = sum(partOf(states, STREAMS.deadLetters).streams, (one) => one.messages);
  return { count, normal: 'none', ok: count === 0 };
}

function partOf({ streams, consumers }: QueueStates, base: string): QueueStates {
  const isOf = ({ stream }: { readonly stream: string }): boolean => stream === base || stream.startsWith(`${base}_`);
  return { streams: streams.filter(isOf), consumers: consumers.filter(isOf) };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
