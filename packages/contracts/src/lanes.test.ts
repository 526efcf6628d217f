import {
  BURST_LANE,
  laneFor,
  NO_OWN_LANES,
  OWN_LANE_NUMBERS,
  ownLanesSchema,
  takenLanes,
  type OwnLanes,
} from './lanes.js';
import { organisationOfRun, RunRequested, runLaneSubjects } from './messages/runs.js';
import { laneOf, RUN_LANES } from './partitions.js';

const lanesIn = (state: string): OwnLanes =>
  ownLanesSchema.parse({ lanes: [{ number: RUN_LANES + 3, organisation_id: 'org_a', state }] });

describe('the lane of an organisation', () => {
  it('is its own while that is open, and the shared one before and after', () => {
    expect(laneFor('org_a', NO_OWN_LANES)).toBe(laneOf('org_a'));
    expect(laneFor('org_a', lanesIn('open'))).toBe(RUN_LANES + 3);
    expect(laneFor('org_b', lanesIn('open'))).toBe(laneOf('org_b'));
    for (const state of ['closing', 'leaving', 'resting (newer)'])
      expect(laneFor('org_a', lanesIn(state))).toBe(laneOf('org_a'));
  });

  it('is that of bursts for what is part of one, unless it has its own', () => {
    expect(laneFor('org_a', NO_OWN_LANES, true)).toBe(BURST_LANE);
    expect(laneFor('org_a', lanesIn('open'), true)).toBe(RUN_LANES + 3);
  });

  it('is taken from until nothing is in it', () => {
    expect(['open', 'closing', 'leaving'].map((state) => takenLanes(lanesIn(state)))).toEqual([[7], [7], []]);
  });
});

describe('a request to run', () => {
  const address = { organisation_id: 'org_a', execution_id: 'exec_1' };

  it('goes to the lane of its organisation, and is found in whichever it is', () => {
    const { subject, anySubject } = RunRequested.lanes ?? fail();
    expect(subject(address, NO_OWN_LANES)).toBe(RunRequested.subject(address));
    expect(subject(address, lanesIn('open'))).toBe('runs.7.org_a.exec_1');
    expect(subject(address, NO_OWN_LANES, true)).toBe(`runs.${BURST_LANE}.org_a.exec_1`);
    expect(anySubject(address)).toBe('runs.*.org_a.exec_1');
    expect(organisationOfRun(subject(address, lanesIn('open')))).toBe('org_a');
  });

  it('is in one lane only: no two of them overlap, which a work queue would refuse', () => {
    const all = [...Array.from({ length: RUN_LANES }, (_, lane) => lane), ...OWN_LANE_NUMBERS, BURST_LANE];
    expect(new Set(all.map(runLaneSubjects)).size).toBe(all.length);
    for (const subjects of all.map(runLaneSubjects)) expect(subjects).toMatch(/^runs\.\d+\.>$/);
  });
});

function fail(): never {
  throw new Error('RunRequested is in lanes');
}
