import type { ExecutionList } from '@millrace/contracts';
import type { ApiClient } from './api.js';
import { inParallel } from './eventually.js';

/** The nominal times of the executions that a workflow's schedules have started, in order; one that was started twice is in it twice. Milliseconds since the epoch. */
export async function nominalTimes(api: ApiClient, workflowId: string): Promise<number[]> {
  const ids: string[] = [];
  for (let after: string | null = ''; after !== null;) {
    const behind: string = after === '' ? '' : `&starting_after=${after}`;
    const page: ExecutionList = await api.executions(`workflow_id=${workflowId}&limit=100${behind}`);
    ids.push(...page.executions.map(({ id }) => id));
    after = page.next_cursor;
  }
  // Lists leave out what is in the trigger.
  const times = await inParallel(ids, 8, async (id) => {
    const { scheduled_at } = (await api.execution(id)).trigger as unknown as { scheduled_at: string };
    return Date.parse(scheduled_at);
  });
  return times.sort((a, b) => a - b);
}
