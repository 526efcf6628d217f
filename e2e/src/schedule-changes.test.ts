import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { nominalTimes } from './support/nominal-times.js';

/*
 * A change of a workflow takes effect on its schedules within two seconds of the answer. Nominal times are held against that moment, however late
 * the test itself comes to look at them.
 */

const SECOND = 1_000;
const WITHIN = 2 * SECOND;

const api = new ApiClient();
const made: string[] = [];
afterAll(() => Promise.all(made.map((id) => api.call('DELETE', `/workflows/${id}`))));

const documentOf = (name: string, interval: string) => ({
  name,
  trigger: { type: 'schedule', config: { interval } },
  steps: [{ id: 'one', type: 'transform', config: { output: '{{trigger.scheduled_at}}' } }],
});

async function startsEverySecond(name: string): Promise<WorkflowResource> {
  const workflow = await api.create(documentOf(name, '1s'));
  made.push(workflow.id);
  return workflow;
}

/** Waits until a workflow has started at a nominal time behind one. */
const untilStarted = (id: string, behind: number) =>
  eventually('a start behind that', async () => ((await nominalTimes(api, id)).at(-1) ?? 0) > behind || undefined, {
    everyMs: 500,
  });

it('a pause, another interval and a delete of a workflow hold for all nominal times from two seconds behind the answer on', async () => {
  const [paused, changed, deleted, witness] = await Promise.all([
    startsEverySecond('Is paused'),
    startsEverySecond('Is changed'),
    startsEverySecond('Is deleted'),
    startsEverySecond('Goes on'),
  ]);
  for (const { id } of [paused, changed, deleted]) await untilStarted(id, 0);

  const answered = async (act: Promise<unknown>) => {
    await act;
    return Date.now();
  };
  const [pausedAt, changedAt, deletedAt] = await Promise.all([
    answered(api.expect(200, 'POST', `/workflows/${paused.id}/pause`)),
    answered(api.expect(200, 'PUT', `/workflows/${changed.id}`, { json: documentOf('Is changed', '1m') })),
    answered(api.expect(204, 'DELETE', `/workflows/${deleted.id}`)),
  ]);
  // By then any of them would have started a few times more.
  await untilStarted(witness.id, Math.max(pausedAt, changedAt, deletedAt) + 2 * WITHIN);

  const later = async ({ id }: WorkflowResource, answeredAt: number) =>
    (await nominalTimes(api, id)).filter((at) => at > answeredAt + WITHIN);
  expect(await later(paused, pausedAt)).toEqual([]);
  expect((await later(changed, changedAt)).filter((at) => at % (60 * SECOND) !== 0)).toEqual([]);
  expect(await later(deleted, deletedAt)).toEqual([]);

  // And what begins anew begins within that time.
  const [resumedAt, changedBackAt] = await Promise.all([
    answered(api.expect(200, 'POST', `/workflows/${paused.id}/activate`)),
    answered(api.expect(200, 'PUT', `/workflows/${changed.id}`, { json: documentOf('Is changed', '1s') })),
  ]);
  for (const [{ id }, answeredAt] of [
    [paused, resumedAt],
    [changed, changedBackAt],
  ] as const)
    await eventually(
      'a start at a time within two seconds of the answer',
      async () => (await nominalTimes(api, id)).some((at) => at > answeredAt && at <= answeredAt + WITHIN) || undefined,
      { everyMs: 500 },
    );
});
