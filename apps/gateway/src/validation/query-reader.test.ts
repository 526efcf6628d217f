import { executionEndpoints, workflowEndpoints, type ErrorIssue } from '@millrace/contracts';
import { queryReader } from './query-reader.js';

const workflows = queryReader(workflowEndpoints.list.query);
const executions = queryReader(executionEndpoints.list.query);

describe('a declared query', () => {
  it('has its defaults, and numbers for texts', async () => {
    await expect(workflows({})).resolves.toMatchObject({ page: 1, per_page: 20 });
    await expect(workflows({ page: '3', status: 'draft' })).resolves.toMatchObject({ page: 3, status: 'draft' });
    const starting_after = executionEndpoints.get.answer.example.id;
    await expect(executions({ starting_after })).resolves.toMatchObject({ limit: 20, starting_after });
  });

  it.each([
    [
      workflows,
      { page: 'x', per_page: '101', status: 'on', order: 'name' },
      [
        ['order', 'is no parameter here; there are page, per_page, status, q, tag, trigger_type, deleted, sort'],
        ['page', 'page must be a whole number from 1 to 1000000'],
        ['per_page', 'per_page must be a whole number from 1 to 100'],
        ['status', 'status must be one of active, paused, draft'],
      ],
    ],
    [
      executions,
      { limit: ['1', '2'], starting_after: ['exec_1'], workflow_id: '*' },
      [
        ['limit', 'limit must be a whole number from 1 to 100'],
        ['starting_after', 'starting_after must be an execution id, the next_cursor of the page before'],
        ['workflow_id', 'workflow_id must be a workflow id'],
      ],
    ],
  ])('is refused with every problem, each said once', async (read, query, expected) => {
    const error = (await read(query).catch((refusal: unknown) => refusal)) as {
      code: string;
      message: string;
      details: { issues: ErrorIssue[] };
    };
    expect([error.code, error.message]).toEqual(['INVALID_INPUT', 'The query parameters are not valid']);
    expect(error.details.issues.map(({ path, message }) => [path, message])).toEqual(expected);
  });
});
