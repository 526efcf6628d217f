import { NO_OWN_LANES, OWN_LANE_NUMBERS, OWN_LANES, type OwnLane, type OwnLanes } from '@millrace/contracts';
import { fateOf, isReady, OWN_LANE_TIMES, withLaneFor, withState } from './lane-policy.js';

const [FIRST = 0, SECOND = 0] = OWN_LANE_NUMBERS;
const HOUR = 60 * 60_000;

function lent(...organisations: string[]): OwnLanes {
  return organisations.reduce<OwnLanes>((own, id) => withLaneFor(own, id, OWN_LANES)?.own ?? own, NO_OWN_LANES);
}

describe('lending', () => {
  it('takes the lowest number that nobody has, a number that is about to go included', () => {
    const own = withState(withState(lent('a', 'b', 'c'), SECOND, 'gone'), FIRST, 'leaving');
    expect(withLaneFor(own, 'd', 9)?.number).toBe(SECOND);
    expect(lent('a', 'b').lanes).toEqual([
      { number: FIRST, organisation_id: 'a', state: 'open' },
      { number: SECOND, organisation_id: 'b', state: 'open' },
    ]);
  });

  it('gives an organisation one lane, and the one that closes again when it has a backlog again', () => {
    expect(withLaneFor(lent('a'), 'a', 9)).toBeNull();
    expect(withLaneFor(withState(lent('a'), FIRST, 'leaving'), 'a', 9)).toBeNull();
    expect(withLaneFor(withState(lent('a'), FIRST, 'closing'), 'a', 9)?.own).toEqual(lent('a'));
  });

  it('gives no more than there may be, whatever is allowed', () => {
    expect(withLaneFor(lent('a', 'b'), 'c', 2)).toBeNull();
    expect(withLaneFor(NO_OWN_LANES, 'a', 0)).toBeNull();
    expect(withLaneFor(withState(lent('a'), FIRST, 'closing'), 'a', 0)).toBeNull();
    const many = lent(...Array.from({ length: OWN_LANES + 1 }, (_, index) => `org_${index}`));
    expect(many.lanes).toHaveLength(OWN_LANES);
    expect(withLaneFor(many, 'one more', 1_000)).toBeNull();
  });
});

describe('taking back', () => {
  const fate = (state: OwnLane['state'], messages: number, readyMs: number, isWanted = true) => {
    const load = { messages, isCrowded: false };
    return fateOf({ number: FIRST, organisation_id: 'a', state }, load, readyMs, OWN_LANE_TIMES, isWanted);
  };

  it('closes a lane that has been quiet for a while, and one that may not be', () => {
    expect(fate('open', 0, OWN_LANE_TIMES.quietMs - 1)).toBe('open');
    expect(fate('open', 0, OWN_LANE_TIMES.quietMs)).toBe('closing');
    expect(fate('open', 500, HOUR)).toBe('open');
    expect(fate('open', 500, 0, false)).toBe('closing');
  });

  it('is not ready to close a lane whose organisation still has a backlog in the one that it shared', () => {
    const lane = { number: FIRST, organisation_id: 'a', state: 'open' as const };
    expect(isReady(lane, { messages: 16, isCrowded: false })).toBe(true);
    expect(isReady(lane, { messages: 17, isCrowded: false })).toBe(false);
    expect(isReady(lane, { messages: 0, isCrowded: true })).toBe(false);
  });

  it('lets a lane go when it has been empty for a while, and not with one message in it', () => {
    expect(fate('closing', 0, OWN_LANE_TIMES.drainedMs - 1)).toBe('closing');
    expect(fate('closing', 1, HOUR)).toBe('closing');
    expect(fate('closing', 0, OWN_LANE_TIMES.drainedMs)).toBe('leaving');
  });

  it('drains a lane again into which something came at the very end', () => {
    expect(fate('leaving', 1, HOUR)).toBe('closing');
    expect(fate('leaving', 0, 0)).toBe('leaving');
    expect(fate('leaving', 0, OWN_LANE_TIMES.roundMs)).toBe('gone');
  });

  it('leaves alone what only newer versions know', () => {
    expect(fate('resting' as string as OwnLane['state'], 0, HOUR)).toBe('resting');
  });
});
