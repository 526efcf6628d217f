import { BURST_LANE, LIMITS, OWN_LANE_NUMBERS, RUN_LANES, runLaneSubjects, STREAMS } from '@millrace/contracts';
import type { ConsumerSpec, Topology } from '../stream-spec.js';

/** The consumer of a lane of the work queue, by the number of the lane. */
export function laneConsumer(number: number): ConsumerSpec {
  return {
    stream: STREAMS.runs,
    name: `executor-${number}`,
    group: 'executor',
    message: 'RunRequested',
    filter: runLaneSubjects(number),
    ackWaitMs: 30_000,
    // Deliveries have many reasons that are not the execution's (a full disk, a shutdown, its organisation's share): what
    // counts against it is in its journal, `LIMITS.executionLostRuns`.
    maxDeliver: -1,
    // Room for many executors and for what went back to wait: for a retry, or for its organisation's share of the slots. While
    // it lasts, a backlog does not hold up others in its lane.
    maxAckPending: 50_000,
  };
}

/** The lanes that are always there. */
export const SHARED_LANES: readonly ConsumerSpec[] = [
  ...Array.from({ length: RUN_LANES }, (_, lane) => laneConsumer(lane)),
  { ...laneConsumer(BURST_LANE), burst: true },
];

/** A topology with the own lanes of these numbers, and no others. They are like its first shared one; without any, it gets none. */
export function withOwnLanes(topology: Topology, numbers: readonly number[] = OWN_LANE_NUMBERS): Topology {
  const shared = topology.consumers.find((one) => one.stream === STREAMS.runs && !one.own);
  if (shared === undefined) return topology;
  const own = numbers.map((number): ConsumerSpec => {
    const { name, filter } = laneConsumer(number);
    return { ...shared, name, filter, maxAckPending: LIMITS.ownLaneMessages, own: true };
  });
  return { ...topology, consumers: [...topology.consumers.filter((one) => !one.own), ...own] };
}
