import { aScope, options } from '../../test/support/scope.js';
import { wait } from './wait.step.js';

const BEGAN = Date.UTC(2026, 0, 1);

describe('wait', () => {
  it('waits for a duration, counted from its first start', () => {
    const plan = wait.compile({ duration: '{{input.pause}}' })(aScope({ input: { pause: '80ms' } }), options);
    expect(plan(BEGAN)).toEqual({ waitsFor: 'time', until: BEGAN + 80 });
    expect(wait.compile({ duration: 90 })(aScope(), options)(BEGAN)).toEqual({
      waitsFor: 'time',
      until: BEGAN + 90_000,
    });
  });

  it('waits until a moment, whenever it began', () => {
    const plan = wait.compile({ until: '2020-01-01T00:00:00+01:00' })(aScope(), options);
    expect(plan(BEGAN)).toEqual({ waitsFor: 'time', until: Date.UTC(2019, 11, 31, 23) });
  });

  it('returns until when it waited', () => {
    expect(wait.outcome({ until: BEGAN + 80 })).toEqual({ waited_until: '2026-01-01T00:00:00.080Z' });
  });

  it.each([[{ duration: '{{input.x}}' }], [{ until: '{{input.x}}' }]])(
    'refuses what %j gives when it is neither',
    (config) => {
      const run = wait.compile(config);
      expect(() => run(aScope({ input: { x: 'soon' } }), options)).toThrow(
        expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
      );
    },
  );
});
