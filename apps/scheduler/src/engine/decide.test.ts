import { LIMITS } from '@millrace/contracts';
import { IntervalTimes } from '../calendar/interval-times.js';
import { jitterOf } from '../calendar/jitter.js';
import { decide, type CatchUp, type Decision } from './decide.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function schedule(more: Partial<CatchUp> = {}): CatchUp {
  const times = new IntervalTimes(MINUTE, 0);
  return { times, policy: 'latest', windowMs: HOUR, jitter: () => 0, mostJitterMs: 0, ...more };
}

/** What comes of a schedule at a moment, decision by decision. */
function decisions(about: CatchUp, handledAt: number, now: number): Decision[] {
  const made: Decision[] = [];
  for (let handled = handledAt; made.length < 100;) {
    const decision = decide(about, handled, now);
    made.push(decision);
    if (decision.kind === 'wait' || decision.kind === 'end') break;
    handled = decision.kind === 'start' ? decision.at : decision.to;
  }
  return made;
}

const started = (made: Decision[]) => made.flatMap((one) => (one.kind === 'start' ? [one.at / MINUTE] : []));
const missed = (made: Decision[]) => made.reduce((sum, one) => sum + (one.kind === 'missed' ? one.count : 0), 0);

test('nothing happens before it is due, and it happens when it is', () => {
  expect(decisions(schedule(), 0, MINUTE - 1)).toEqual([{ kind: 'wait', until: MINUTE, next: MINUTE }]);
  expect(started(decisions(schedule(), 0, MINUTE))).toEqual([1]);
});

test('a little late is not missed, whatever the policy and however short the window', () => {
  for (const policy of ['none', 'latest', 'all'] as const)
    for (const windowMs of [0, 1_000, HOUR]) {
      const made = decisions(schedule({ policy, windowMs }), 0, MINUTE + LIMITS.scheduleGraceMs);
      expect([policy, windowMs, started(made)]).toEqual([policy, windowMs, [1]]);
    }
});

describe('after an outage of ten minutes', () => {
  const now = 10 * MINUTE + 30_000;

  test.each([
    ['none', [], 10],
    ['latest', [10], 9],
    ['all', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0],
  ] as const)('%s starts %j and misses %d', (policy, starts, misses) => {
    const made = decisions(schedule({ policy }), 0, now);
    expect([started(made), missed(made)]).toEqual([starts, misses]);
  });

  test('what is older than the window is missed under every policy', () => {
    const made = decisions(schedule({ policy: 'all', windowMs: 3 * MINUTE }), 0, now);
    expect([started(made), missed(made)]).toEqual([[8, 9, 10], 7]);
    const none = decisions(schedule({ policy: 'latest', windowMs: 20_000 }), 0, now);
    expect([started(none), missed(none)]).toEqual([[], 10]);
  });

  test('the one that is due on time stands in for those before it', () => {
    const made = decisions(schedule(), 0, 10 * MINUTE + 1_000);
    expect([started(made), missed(made)]).toEqual([[10], 9]);
  });
});

test('a year of missed seconds is passed over in few steps, which say that they have not counted all', () => {
  const about = schedule({ times: new IntervalTimes(1_000, 0), windowMs: 0, mostJitterMs: 5_000 });
  const made = decisions(about, 0, 365 * 24 * HOUR);
  expect(made.length).toBeLessThan(20);
  expect(made[0]).toMatchObject({ kind: 'missed', count: LIMITS.scheduleMissedCounted, more: true });
  expect(made.at(-1)).toMatchObject({ kind: 'wait' });
});

test('a clock that is set back repeats nothing', () => {
  expect(decisions(schedule(), 10 * MINUTE, 5 * MINUTE)).toEqual([
    { kind: 'wait', until: 11 * MINUTE, next: 11 * MINUTE },
  ]);
});

test('jitter puts the start off and leaves the nominal time', () => {
  const about = schedule({ jitter: () => 7_000, mostJitterMs: 7_000 });
  expect(decide(about, 0, MINUTE + 6_999)).toEqual({ kind: 'wait', until: MINUTE + 7_000, next: MINUTE });
  expect(decide(about, 0, MINUTE + 7_000)).toEqual({ kind: 'start', at: MINUTE });
});

test('jitter above the distance between times loses none of them', () => {
  const mostJitterMs = 10 * MINUTE;
  for (const policy of ['none', 'latest', 'all'] as const) {
    const about = schedule({ policy, mostJitterMs, jitter: (nominal) => jitterOf('wf.0', nominal, mostJitterMs) });
    const made: Decision[] = [];
    let handled = 0;
    for (let now = 0; now <= HOUR; now += 1_000)
      for (const decision of decisions(about, handled, now))
        if (decision.kind === 'start' || decision.kind === 'missed') {
          made.push(decision);
          handled = decision.kind === 'start' ? decision.at : decision.to;
        }
    expect([policy, missed(made)]).toEqual([policy, 0]);
    expect(started(made)).toEqual(Array.from({ length: made.length }, (_, n) => n + 1));
    expect(made.length).toBeGreaterThanOrEqual(50);
  }
});

test('a timetable that has ended ends', () => {
  expect(decide(schedule({ times: { after: () => null } }), 0, HOUR)).toEqual({ kind: 'end' });
});
