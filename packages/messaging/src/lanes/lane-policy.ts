import { OWN_LANE_NUMBERS, type OwnLane, type OwnLanes } from '@millrace/contracts';

/** How long things take that are about own lanes, in milliseconds. */
export interface OwnLaneTimes {
  /** Between two rounds of an executor; an organisation that is crowded in two of them in a row gets a lane. */
  readonly roundMs: number;
  /** How long a lane has to be quiet before what its organisation starts goes to the shared one again. */
  readonly quietMs: number;
  /** How long it has to be empty after that before it goes: whoever publishes has got it long before. */
  readonly drainedMs: number;
  /** How long an executor that closes lanes may be silent before another one does. */
  readonly keeperMs: number;
  /** Between two looks for messages in lanes that nobody has. */
  readonly sweepMs: number;
}

/** The times of an installation. */
export const OWN_LANE_TIMES: OwnLaneTimes = {
  roundMs: 5_000,
  quietMs: 60_000,
  drainedMs: 60_000,
  keeperMs: 30_000,
  sweepMs: 60_000,
};

/** A lane with no more than so many messages, those that run included, is quiet. */
const QUIET_MESSAGES = 16;

/** What is known of a lane. */
export interface LaneLoad {
  /** Messages that wait in it, and that are under way. */
  readonly messages: number;
  /** Its organisation still has a backlog here, which may be in the lane that it shared before. */
  readonly isCrowded: boolean;
}

/** What is to become of a lane. `gone`: its consumer is to be deleted, and then its entry. */
export type LaneFate = OwnLane['state'] | 'gone';

/** The lanes with one for this organisation, and its number; null when it has one, or when there is no room for another. */
export function withLaneFor(
  own: OwnLanes,
  organisation_id: string,
  most: number,
): { own: OwnLanes; number: number } | null {
  const index = own.lanes.findIndex((lane) => lane.organisation_id === organisation_id);
  const known = own.lanes[index];
  if (known?.state === 'closing' && index < most)
    return { own: withState(own, known.number, 'open'), number: known.number };
  if (known !== undefined || own.lanes.length >= most) return null;
  const number = OWN_LANE_NUMBERS.find((free) => own.lanes.every((lane) => lane.number !== free));
  if (number === undefined) return null;
  return { own: { ...own, lanes: [...own.lanes, { number, organisation_id, state: 'open' }] }, number };
}

/** The lanes with one of them in another state, or without it. */
export function withState(own: OwnLanes, number: number, state: LaneFate): OwnLanes {
  if (state === 'gone') return { ...own, lanes: own.lanes.filter((lane) => lane.number !== number) };
  return { ...own, lanes: own.lanes.map((lane) => (lane.number === number ? { ...lane, state } : lane)) };
}

/** Whether a lane would come to its next state if it stayed as it is. */
export function isReady({ state }: OwnLane, { messages, isCrowded }: LaneLoad): boolean {
  return state === 'open' ? messages <= QUIET_MESSAGES && !isCrowded : messages === 0;
}

/** What becomes of a lane that has been ready for its next state for so long. `isWanted`: there may be that many own lanes. */
export function fateOf(
  lane: OwnLane,
  load: LaneLoad,
  readyMs: number,
  times: OwnLaneTimes,
  isWanted: boolean,
): LaneFate {
  switch (lane.state) {
    case 'open':
      return !isWanted || (isReady(lane, load) && readyMs >= times.quietMs) ? 'closing' : 'open';
    case 'closing':
      return isReady(lane, load) && readyMs >= times.drainedMs ? 'leaving' : 'closing';
    case 'leaving':
      // Somebody whom its closing had not reached has published to it.
      if (load.messages > 0) return 'closing';
      return readyMs >= times.roundMs ? 'gone' : 'leaving';
    default:
      return lane.state;
  }
}
