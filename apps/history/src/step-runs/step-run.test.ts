import type { EndEvent } from '@millrace/contracts';
import { closeOpen, newRun } from './step-run.js';

const at = '2026-11-25T10:00:00.000Z';

/** What a step that was open gets from the end of its execution. */
function errorOf(path: string, ended: EndEvent): unknown {
  const run = newRun({ type: 'step_started', at, path, step_type: 'http', attempt: 1 });
  closeOpen(run, ended);
  expect(run.status).toBe('failed');
  return run.error;
}

const failure = { code: 'HTTP_STATUS_ERROR', message: '404' };

it('a step that another one has stopped says by which, and those around that have its failure', () => {
  const ended: EndEvent = { type: 'failed', at, error: failure, path: 'l[1].t' };
  const stopped = {
    code: 'STEP_CANCELLED',
    message: 'The step was stopped: "l[1].t" failed',
    details: { stopped_by: 'l[1].t' },
  };
  const paths = ['l', 'l[0].t', 'l[1].t', 'l[10].t', 'l[1].to'];
  expect(paths.map((path) => errorOf(path, ended))).toEqual([failure, stopped, failure, stopped, stopped]);
});

it('what ends an execution as a whole is the failure of all that was open', () => {
  const error = { code: 'EXECUTION_TIMEOUT', message: 'too long' };
  expect(errorOf('a', { type: 'failed', at, error })).toEqual(error);
});

it('a step that is not needed any more was stopped', () => {
  expect(errorOf('p.a.t', { type: 'completed', at, output: null })).toMatchObject({ code: 'STEP_CANCELLED' });
});
