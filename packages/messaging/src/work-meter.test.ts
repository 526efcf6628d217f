import { ownerOf, WorkMeter } from './work-meter.js';

/** The clock is the test's: on a busy machine what is short may take longer than what is long. */
let now = 1_000;
beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

const hold = (milliseconds: number): void => {
  now += milliseconds;
};

describe('WorkMeter', () => {
  it('names the slowest piece of work, once', () => {
    const meter = new WorkMeter();
    meter.run('short', 'org_a', () => hold(25));
    meter.run('long', 'org_b', () => hold(60));
    meter.run('tiny', 'org_c', () => undefined);
    expect(meter.takeSlowest()).toMatchObject({ what: 'long', owner: 'org_b' });
    expect(meter.takeSlowest()).toBeUndefined();
  });

  it('passes results and failures on, and times both', () => {
    const meter = new WorkMeter();
    expect(meter.run('sum', undefined, () => 3)).toBe(3);
    expect(() =>
      meter.run('failing', 'org_a', () => {
        hold(25);
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(meter.takeSlowest()).toMatchObject({ what: 'failing' });
  });

  it('lists what is under way, newest first, until it ends', () => {
    const meter = new WorkMeter();
    const endFirst = meter.begin('first', 'org_a');
    meter.begin('second', 'org_b');
    expect(meter.underWay(5).map((work) => work.what)).toEqual(['second', 'first']);
    expect(meter.underWay(1).map((work) => work.what)).toEqual(['second']);
    endFirst();
    expect(meter.underWay(5).map((work) => work.what)).toEqual(['second']);
  });
});

describe('ownerOf', () => {
  it('is the organisation that a payload names, or the webhook', () => {
    expect(ownerOf({ organisation_id: 'org_a', webhook_id: 'wh_a' })).toBe('org_a');
    expect(ownerOf({ webhook_id: 'wh_a' })).toBe('wh_a');
    expect([ownerOf({}), ownerOf(null), ownerOf('org_a'), ownerOf({ organisation_id: 7 })]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
