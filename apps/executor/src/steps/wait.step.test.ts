import { aScope, options } from '../../test/support/scope.js';
import { systemClock } from '../clock.js';
import type { EffectCall } from './step-handler.js';
import { wait as waitWith } from './wait.step.js';

const wait = waitWith({ clock: systemClock });

const call = (overrides: Partial<EffectCall> = {}): EffectCall => ({
  idempotencyKey: 'exec_1:wait',
  signal: new AbortController().signal,
  firstStartedAt: Date.now(),
  timeoutMs: null,
  onBytesRead: () => undefined,
  ...overrides,
});

describe('wait', () => {
  it('waits for a duration, counted from its recorded start', async () => {
    const began = Date.now();
    const output = await wait.compile({ duration: '{{input.pause}}' })(aScope({ input: { pause: '80ms' } }), options)(
      call(),
    );
    expect(Date.now() - began).toBeGreaterThanOrEqual(79);
    expect(Date.parse((output as { waited_until: string }).waited_until)).toBeGreaterThanOrEqual(began + 80);
    const late = Date.now();
    await wait.compile({ duration: '10s' })(aScope(), options)(call({ firstStartedAt: Date.now() - 11_000 }));
    expect(Date.now() - late).toBeLessThan(1_000);
  });

  it('does not wait for a moment that is past', async () => {
    const output = await wait.compile({ until: '2020-01-01T00:00:00+01:00' })(aScope(), options)(call());
    expect(output).toEqual({ waited_until: '2019-12-31T23:00:00.000Z' });
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const began = Date.now();
    await wait.compile({ duration: '30s' })(aScope(), options)(call({ signal: controller.signal }));
    expect(Date.now() - began).toBeLessThan(5_000);
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
