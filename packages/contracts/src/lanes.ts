import { z } from 'zod';
import { carried, openEnum } from './open-values.js';
import { laneOf, RUN_LANES } from './partitions.js';

/**
 * Lanes of the work queue. Those with the numbers 0 … RUN_LANES-1 are shared: each organisation has one of them, for ever.
 * Those that follow are lent to one organisation at a time, while it has a backlog; who has one is recorded on the server.
 */

/** Own lanes that there can be: what services are allowed on the NATS server is said of each. */
export const OWN_LANES = 32;

/** All numbers that own lanes can have. */
export const OWN_LANE_NUMBERS: readonly number[] = Array.from({ length: OWN_LANES }, (_, index) => RUN_LANES + index);

const laneSchema = carried({
  number: z.number().int().min(RUN_LANES),
  organisation_id: z.string(),
  /**
   * `open`: what the organisation starts goes there. `closing`: it goes to the shared lane again, and what is in the lane is taken
   * still. `leaving`: nothing is in it, nobody takes from it, and its consumer is about to go.
   */
  state: openEnum(['open', 'closing', 'leaving']),
});

/**
 * Which organisations have a lane of their own, as recorded on the server. An old copy does no harm: what is published to a
 * lane by it is taken from there for as long as anything is in the lane.
 */
export const ownLanesSchema = carried({
  lanes: z.array(laneSchema),
  /** The executor that closes lanes, and until when (milliseconds since the epoch) no other one does. */
  keeper: carried({ id: z.string(), until: z.number() }).optional(),
});
export type OwnLanes = z.output<typeof ownLanesSchema>;
export type OwnLane = OwnLanes['lanes'][number];

/**
 * The lane of bursts: of whom many messages are published at once, all but the first go there. It is shared by all that have a
 * burst, so that those who have none never share a lane with one.
 */
export const BURST_LANE = RUN_LANES + OWN_LANES;

/** What holds while nothing is recorded. */
export const NO_OWN_LANES: OwnLanes = { lanes: [] };

/** The lane to which a message of the organisation goes: its own if it has one, else that of bursts if it is part of one, else the shared one. */
export function laneFor(organisationId: string, { lanes }: OwnLanes, isBurst = false): number {
  const own = lanes.find(({ organisation_id, state }) => organisation_id === organisationId && state === 'open');
  return own?.number ?? (isBurst ? BURST_LANE : laneOf(organisationId));
}

/** Numbers of the own lanes from which messages are taken here; a newer version may know further ones. */
export function takenLanes({ lanes }: OwnLanes): number[] {
  const taken = lanes.filter(({ state }) => state === 'open' || state === 'closing').map(({ number }) => number);
  return taken.filter((number) => OWN_LANE_NUMBERS.includes(number));
}
