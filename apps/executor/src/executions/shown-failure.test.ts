import type { Failure } from '@millrace/contracts';
import { shownFailure } from './shown-failure.js';

const thrown = (error: string, line: number | null): Failure => ({
  code: 'CODE_FAILED',
  message: `${error}: 3d2c1b${line === null ? '' : ` (line ${line})`}`,
  details: { path: 'run', error, line },
});
const hidden = { secretsInOutput: true };

it('of what code throws in a step with sealed results the name and the line are shown', () => {
  expect(shownFailure(hidden, thrown('TypeError', 3))).toEqual({
    code: 'CODE_FAILED',
    message: 'TypeError (line 3); what it says is not recorded, since the step has secrets_in_output',
    details: { path: 'run', error: 'TypeError', line: 3 },
  });
  expect(JSON.stringify(shownFailure(hidden, thrown('3d2c1b', null)))).not.toContain('3d2c1b');
  expect(shownFailure(hidden, thrown('3d2c1b', null)).details).toEqual({ path: 'run', error: 'Error', line: null });
});

it('any other failure is shown as it is', () => {
  const open = thrown('TypeError', 3);
  expect(shownFailure({ secretsInOutput: false }, open)).toBe(open);
  const pending: Failure = { code: 'CODE_FAILED', message: 'The code awaits something', details: { path: 'run' } };
  expect(shownFailure(hidden, pending)).toBe(pending);
  const refused: Failure = { code: 'HTTP_STATUS_ERROR', message: 'no', details: { error: 'x' } };
  expect(shownFailure(hidden, refused)).toBe(refused);
});
