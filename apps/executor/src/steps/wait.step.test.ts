import { aScope, options } from '../../test/support/scope.js';
import { wait } from './wait.step.js';

const BEGAN = Date.UTC(2026, 0, 1);
/** When a later attempt began. */
const LATER = BEGAN + 60_000;

describe('wait', () => {
  it('waits for a duration, counted from its first start', () => {
    const plan = wait.compile({ duration: '{{input.pause}}' })(aScope({ input: { pause: '80ms' } }), options);
    expect(plan(BEGAN, LATER)).toEqual({ waitsFor: 'time', until: BEGAN + 80 });
    expect(wait.compile({ duration: 90 })(aScope(), options)(BEGAN, LATER)).toEqual({
      waitsFor: 'time',
      until: BEGAN + 90_000,
    });
  });

  it('waits until a moment, whenever it began', () => {
    const plan = wait.compile({ until: '2020-01-01T00:00:00+01:00' })(aScope(), options);
    expect(plan(BEGAN, LATER)).toEqual({ waitsFor: 'time', until: Date.UTC(2019, 11, 31, 23) });
  });

  it('returns until when it waited', () => {
    expect(wait.outcome({ waitsFor: 'time', until: BEGAN + 80 })).toEqual({ waited_until: '2026-01-01T00:00:00.080Z' });
  });

  it('waits for a signal, for as long as its timeout says', () => {
    const scope = aScope({ input: { order: 'A-7', pause: '2h' } });
    const plan = wait.compile({ signal: 'paid_{{input.order}}', timeout: '{{input.pause}}' })(scope, options);
    expect(plan(BEGAN, LATER)).toEqual({ waitsFor: 'signal', signal: 'paid_A-7', until: BEGAN + 7_200_000 });
    expect(wait.compile({ signal: 'paid' })(scope, options)(BEGAN, LATER)).toEqual({
      waitsFor: 'signal',
      signal: 'paid',
      until: null,
    });
  });

  it('returns the signal, or that none came in time', () => {
    const received = { id: 's1', name: 'paid', payload: { amount: 12 }, at: '2026-01-01T00:00:01.000Z' };
    expect(wait.outcome({ waitsFor: 'signal', signal: 'paid', received })).toEqual({
      signal: 'paid',
      payload: { amount: 12 },
      received_at: '2026-01-01T00:00:01.000Z',
      timed_out: false,
    });
    expect(wait.outcome({ waitsFor: 'signal', signal: 'paid', received: null })).toEqual({
      signal: 'paid',
      payload: null,
      received_at: null,
      timed_out: true,
    });
  });

  it.each([
    [{ signal: '{{input.x}} now' }],
    [{ signal: 'paid', timeout: '{{input.x}}' }],
    [{ duration: '{{input.x}}' }],
    [{ until: '{{input.x}}' }],
  ])('refuses what %j gives when it is neither', (config) => {
    const run = wait.compile(config);
    expect(() => run(aScope({ input: { x: 'soon' } }), options)).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
    );
  });
});
