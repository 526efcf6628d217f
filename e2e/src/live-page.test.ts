import { ApiClient } from './support/api.js';
import { pageOf } from './support/page.js';
import { LiveClient } from './support/live-client.js';

/*
 * What docs/live.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = pageOf('live');
const api = new ApiClient();
const GREET = {
  name: 'Greet',
  trigger: { type: 'webhook' },
  steps: [{ id: 'greet', type: 'transform', config: { output: 'Hello' } }],
};
const linesOf = (text: string, field: string) =>
  text.split('\n').flatMap((line) => (line.startsWith(`${field}: `) ? [line.slice(field.length + 2)] : []));
const members = (text: string) => linesOf(text, 'data').map((line) => Object.keys(JSON.parse(line) as object));

it('the commands of the page follow an execution, go on behind an event, and follow the organisation', async () => {
  expect(page.names).toEqual(['follow', 'all', 'resume']);
  const workflow = await api.create(GREET);
  const { id } = await api.execute(workflow.id);
  const followed = await page.run('follow', { EXECUTION: id });
  expect(linesOf(followed, 'event')).toEqual(linesOf(page.output('follow'), 'event'));
  for (const [index, shown] of members(page.output('follow')).entries())
    expect(members(followed)[index]).toEqual(expect.arrayContaining(shown));

  const [, second = ''] = linesOf(followed, 'id');
  const resumed = await page.run('resume', { EXECUTION: id, LAST: second });
  expect(linesOf(resumed, 'event')).toEqual(['completed']);
  const last = linesOf(followed, 'id').at(-1) ?? '';
  expect(await page.run('resume', { EXECUTION: id, LAST: last })).toBe('');

  const all = page.run('all');
  // The command says when it is over; executions end until then.
  let isOver = false;
  void all.finally(() => (isOver = true));
  for (let at = 0; at < 20 && !isOver; at++) {
    await api.execute(workflow.id);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const told = await all;
  expect(new Set(linesOf(told, 'event'))).toEqual(new Set(['execution.completed']));
  expect(members(told)[0]).toEqual(expect.arrayContaining(members(page.output('all'))[0] ?? []));
});

it('a stream of an organisation sends what no subscription is about', async () => {
  const client = await LiveClient.open('/events?types=workflow.published,execution.started');
  await client.untilPlace();
  const workflow = await api.create(GREET);
  await api.execute(workflow.id);
  await client.untilEvent(({ event, data }) => event === 'execution.started' && workflowOf(data) === workflow.id);
  client.close();
});

function workflowOf(data: Readonly<Record<string, unknown>>): unknown {
  return (data['data'] as { workflow_id?: unknown } | undefined)?.workflow_id;
}
