import type { RunRequest } from '@millrace/contracts';
import { createLoggerTo } from '@millrace/service-kit/logging';
import { idsOf } from './ids-of.js';

/** A line about an execution, as it is written. */
function lineAbout(request: Partial<RunRequest>): unknown {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  createLoggerTo(destination, { service: 'executor', level: 'info' }).warn(idsOf(request as RunRequest), 'Odd');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

const request = { execution_id: 'exec_1', organisation_id: 'org_1', workflow_id: 'wf_1' };

test('a line about an execution says which one, whose, of which workflow, and by which call it was started', () => {
  expect(lineAbout({ ...request, request_id: 'req_1', input: { password: 'hunter2' } })).toEqual({
    level: 'warn',
    time: expect.any(String) as string,
    service: 'executor',
    executionId: 'exec_1',
    organisationId: 'org_1',
    workflowId: 'wf_1',
    requestId: 'req_1',
    msg: 'Odd',
  });
});

test('a line about an execution that no call has started has no id of one', () => {
  expect(lineAbout(request)).not.toHaveProperty('requestId');
});
