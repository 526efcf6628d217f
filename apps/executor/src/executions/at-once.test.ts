import type { ExecutionEvent } from '@millrace/contracts';
import { AT, race, runByJumps } from '../../test/support/run-by-jumps.js';

const endings = (recorded: readonly ExecutionEvent[]): string[] =>
  recorded.flatMap((event) => (event.type === 'step_completed' || event.type === 'step_failed' ? [event.path] : []));

const oneEnded = ['race.b0.a', 'race'];
const wait = (id: string) => ({ id, type: 'wait', config: { duration: '1s' } });

describe('of two steps of a parallel that the first one ends, the other has no result', () => {
  it('when both have waited for long enough at once', async () => {
    expect(endings(await runByJumps(race([wait('a')], [wait('b')])))).toEqual(oneEnded);
  });

  it('when both executions that they wait for have taken too long at once', async () => {
    const call = (id: string) => ({
      ...{ id, type: 'sub_workflow', config: { workflow_id: 'wf_1' } },
      ...{ timeout: '1s', on_error: 'continue' },
    });
    expect(endings(await runByJumps(race([call('a')], [call('b')])))).toEqual(oneEnded);
  });

  it('when both signals come at once', async () => {
    const listen = (id: string) => ({ id, type: 'wait', config: { signal: id } });
    const signal = (name: string): ExecutionEvent => ({ type: 'signal_received', at: AT, signal: name });
    const recorded = await runByJumps(race([listen('a')], [listen('b')]), (events) =>
      events.some(({ type }) => type === 'suspended') ? [signal('a'), signal('b')] : [],
    );
    expect(endings(recorded)).toEqual(oneEnded);
  });

  it('when both were held back by a pause', async () => {
    const say = (id: string) => ({ id, type: 'transform', config: { output: id } });
    const recorded = await runByJumps(race([wait('c'), say('a')], [wait('d'), say('b')]), (events) => {
      if (events.some((event) => event.type === 'step_started' && event.path === 'race.b1.d'))
        return [{ type: 'paused', at: AT }];
      return events.some(({ type }) => type === 'suspended') ? [{ type: 'unpaused', at: AT }] : [];
    });
    expect(endings(recorded)).toEqual(['race.b0.c', 'race.b1.d', ...oneEnded]);
  });
});
