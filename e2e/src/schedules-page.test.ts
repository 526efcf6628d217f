import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  LIMITS,
  type ExecutionList,
  type JobResource,
  type ScheduleList,
  type SchedulePreview,
  type TriggerList,
  type WorkflowResource,
  type WorkflowValidation,
} from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/schedules.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'schedules.md'), 'utf8');
const examples = [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(\w+)\n([^]*?)```/g)].map(
  ([, what = '', name = '', , text = '']) => ({ what, name, text }),
);
const api = new ApiClient();
let workflow: WorkflowResource;
let job: string | undefined;
/** Names of the commands that were run, each once, in the order of their first time. */
const ran = new Set<string>();

async function run(name: string): Promise<unknown> {
  ran.add(name);
  const { text = '' } = examples.find((one) => one.what === 'run' && one.name === name) ?? {};
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, WORKFLOW: workflow?.id, JOB: job };
  const { stdout } = await promisify(execFile)('bash', ['-c', text], { env });
  return JSON.parse(stdout);
}

const outputOf = (name: string): object =>
  JSON.parse(examples.find((one) => one.what === 'output' && one.name === name)?.text ?? '') as object;

const executions = async (): Promise<ExecutionList['executions']> =>
  (await api.expect<ExecutionList>(200, 'GET', `/workflows/${workflow.id}/executions?limit=100`)).executions;

beforeAll(async () => {
  workflow = (await run('create')) as WorkflowResource;
});
afterAll(() => api.call('DELETE', `/workflows/${workflow.id}`));

it('has what this test runs', () => {
  expect(examples.map(({ what, name }) => `${what} ${name}`)).toEqual([
    'run create',
    'run preview',
    'output preview',
    'run wrong',
    'run list',
    'output list',
    'run trigger',
    'run pause',
    'run resume',
    'run backfill',
    'output backfill',
    'run job',
    'output job',
    'run triggers',
    'run listening',
    'run due',
    'run records',
    'run started',
    'run change',
    'run delete',
  ]);
});

it('the preview is as shown', async () => {
  expect(await run('preview')).toEqual(outputOf('preview'));
});

it('all that is wrong with a schedule is said at once, by the paths of the page', async () => {
  const { valid, problems } = (await run('wrong')) as WorkflowValidation;
  const [, said = ''] = /^Here `path` is (.*)\.$/m.exec(page) ?? [];
  expect(valid).toBe(false);
  expect(problems.map(({ path }) => path).sort()).toEqual(
    [...said.matchAll(/`([\w.]+)`/g)].map(([, path]) => path).sort(),
  );
});

it('a preview has as many times as are asked for, up to a limit', async () => {
  const asked = (count: number) => ({ json: { cron: '@midnight', count } });
  const most = LIMITS.schedulePreview;
  const { runs } = await api.expect<SchedulePreview>(200, 'POST', '/schedules/preview', asked(most));
  expect(runs).toHaveLength(most);
  await api.expect(400, 'POST', '/schedules/preview', asked(most + 1));
});

it('the schedule starts executions, each with its nominal time, and the list is as shown', async () => {
  expect(workflow.warnings).toBeUndefined();
  await waitUntil('three completed executions', async () => {
    const completed = (await executions()).filter(({ status }) => status === 'completed');
    return completed.length >= 3;
  });
  const [last] = (await executions()).filter(({ status }) => status === 'completed');
  const execution = await api.ended(last?.id ?? '');
  const { scheduled_at } = execution.trigger as unknown as { scheduled_at: string };
  const output = `daily of ${scheduled_at}, begun at ${execution.started_at}`;
  expect(execution).toMatchObject({ output, trigger: { type: 'schedule' } });
  const list = await waitUntil('the last start to be noted', async () => {
    const found = (await run('list')) as ScheduleList;
    return found.schedules[0]?.last_run?.outcome === 'started' && found;
  });
  expect(list).toMatchObject(outputOf('list'));
});

it('a start by hand, a pause and a resumption do what they say', async () => {
  expect(await run('trigger')).toMatchObject({ workflow_id: workflow.id, status: 'running' });
  expect(await run('pause')).toMatchObject({ index: 0, paused: true });
  await waitUntil('the pause', async () => ((await run('list')) as ScheduleList).schedules[0]?.status === 'paused');
  expect(await run('resume')).toMatchObject({ index: 0, paused: false });
  await waitUntil('the end of it', async () => ((await run('list')) as ScheduleList).schedules[0]?.status === 'active');
});

it('a backfill starts what was due before the schedule was made, and once only', async () => {
  const accepted = (await run('backfill')) as { job_id: string; matched: number };
  expect(accepted).toMatchObject(outputOf('backfill'));
  job = accepted.job_id;
  const done = await waitUntil('the end of the job', async () => {
    const found = (await run('job')) as JobResource;
    return found.ended_at === null ? null : found;
  });
  expect(done).toMatchObject(outputOf('job'));
  const started = await Promise.all(done.results.map(({ execution_id }) => api.ended(execution_id ?? '')));
  expect(started.map(({ output }) => output)).toEqual(
    done.results.map(({ item }, index) => `daily of ${item}, begun at ${started[index]?.started_at}`),
  );
  for (const [index, { started_at }] of started.entries())
    expect(Date.parse(started_at)).toBeGreaterThan(Date.parse(done.results[index]?.item ?? ''));
  expect(started[0]?.trigger).toMatchObject({ type: 'schedule', backfill: job });

  job = ((await run('backfill')) as { job_id: string }).job_id;
  const again = await waitUntil('the end of the second job', async () => {
    const found = (await run('job')) as JobResource;
    return found.ended_at === null ? null : found;
  });
  expect(again.counts).toEqual({ already_ran: 3 });
  expect(again.results.map((result) => result.execution_id)).toEqual(done.results.map((result) => result.execution_id));
});

it('all triggers are in one list, with whether they are listening', async () => {
  const own = await waitUntil('the schedule to be listening', async () => {
    // Other tests may have left more than a page of them.
    const behind = `/triggers?limit=1&starting_after=${workflow.id}.email.0`;
    const [found] = (await api.expect<TriggerList>(200, 'GET', behind)).triggers;
    return found?.status === 'listening' ? found : null;
  });
  expect(((await run('triggers')) as TriggerList).triggers.length).toBeGreaterThan(0);
  expect(own).toMatchObject({ id: `${workflow.id}.schedule.0`, workflow_name: workflow.name, reason: null });
  expect(own.next_run_at).not.toBeNull();
  expect(own.last_run_at).not.toBeNull();
});

it('the steps of the page lead to why nothing started, with the reasons that it names', async () => {
  const { triggers } = (await run('listening')) as TriggerList;
  expect(triggers.filter(({ status, reason }) => (status === 'listening') !== (reason === null))).toEqual([]);
  const { runs, description, warnings } = (await run('due')) as SchedulePreview;
  expect([runs.length, description, warnings.map(({ code }) => code)]).toEqual([
    5,
    'At 09:00, between day 1 and 7 of the month or on Monday',
    ['cron_either_day'],
  ]);
  expect(((await run('records')) as ScheduleList).schedules).toMatchObject([{ last_run: {} }]);
  const { executions: found } = (await run('started')) as ExecutionList;
  expect(found.length).toBeGreaterThan(0);

  const reasonIs = (reason: string): Promise<unknown> => {
    expect(page).toContain(`\`${reason}\``);
    return waitUntil(reason, async () => {
      const behind = `/triggers?limit=1&starting_after=${workflow.id}.email.0`;
      const { triggers: own } = await api.expect<TriggerList>(200, 'GET', behind);
      return own[0]?.reason === reason;
    });
  };
  await api.expect(200, 'POST', `/workflows/${workflow.id}/schedules/0/pause`);
  await reasonIs('The schedule is paused: resume it');
  await api.expect(200, 'POST', `/workflows/${workflow.id}/schedules/0/resume`);
  await api.expect(200, 'POST', `/workflows/${workflow.id}/pause`);
  await reasonIs('Its workflow is paused: activate it');
  expect(await run('backfill')).toMatchObject({ error: { code: 'WORKFLOW_PAUSED' } });
  await api.expect(200, 'POST', `/workflows/${workflow.id}/activate`);
});

it('a schedule is changed and deleted as the page says', async () => {
  await run('change');
  const changed = await waitUntil('the change', async () => {
    const [one] = ((await run('list')) as ScheduleList).schedules;
    return one?.interval === '1h' ? one : null;
  });
  expect(changed).toMatchObject({ index: 0, status: 'active' });
  await run('delete');
  await waitUntil('the end of the schedule', async () => ((await run('list')) as ScheduleList).schedules.length === 0);
});

it('that was the order of the page, so who follows it gets what it shows', () => {
  expect([...ran]).toEqual(examples.filter(({ what }) => what === 'run').map(({ name }) => name));
});

it('with overlap "buffer_one" the next one starts when the one before has ended, and with "cancel_running" it is cancelled', async () => {
  const slow = (overlap: string) =>
    api.create({
      name: `Slower than its schedule, ${overlap}`,
      trigger: { type: 'schedule', config: { interval: '1s', overlap } },
      steps: [{ id: 'wait', type: 'wait', config: { duration: '4s' } }],
    });
  const [buffering, cancelling] = [await slow('buffer_one'), await slow('cancel_running')];
  const listed = async (id: string) =>
    (await api.expect<ExecutionList>(200, 'GET', `/workflows/${id}/executions?limit=100`)).executions.reverse();
  try {
    const [first, second] = await waitUntil(
      'two that ran one after the other',
      async () => {
        const ended = (await listed(buffering.id)).filter(({ status }) => status === 'completed');
        return ended.length >= 2 ? Promise.all(ended.slice(0, 2).map(({ id }) => api.ended(id))) : null;
      },
      30_000,
    );
    expect(Date.parse(second?.steps[0]?.started_at ?? '')).toBeGreaterThanOrEqual(
      Date.parse(first?.completed_at ?? ''),
    );
    const [before, after] = [first, second].map(
      (one) => (one?.trigger as unknown as { scheduled_at: string }).scheduled_at,
    );
    expect(Date.parse(after ?? '') - Date.parse(before ?? '')).toBe(1_000);

    await waitUntil('two that are cancelled', async () => {
      const cancelled = (await listed(cancelling.id)).filter(({ status }) => status === 'cancelled');
      return cancelled.length >= 2;
    });
  } finally {
    for (const { id } of [buffering, cancelling]) await api.call('DELETE', `/workflows/${id}`);
  }
});

it('with overlap "skip", nothing is started while the execution before goes on, and that is said', async () => {
  const slow = await api.create({
    name: 'Slower than its schedule',
    trigger: { type: 'schedule', config: { interval: '1s', overlap: 'skip' } },
    steps: [{ id: 'wait', type: 'wait', config: { duration: '4s' } }],
  });
  try {
    const schedule = await waitUntil('two starts and what was skipped between them', async () => {
      const { schedules } = await api.expect<ScheduleList>(200, 'GET', `/workflows/${slow.id}/schedules`);
      const [one] = schedules;
      return one && one.counts.started >= 2 && one.counts.skipped >= 2 ? one : null;
    });
    expect(schedule.notes[0]).toMatchObject({ outcome: 'skipped' });
    // Lists are a moment behind, so each is asked for by itself.
    const found = await waitUntil('both in the list', async () => {
      const { executions } = await api.expect<ExecutionList>(200, 'GET', `/workflows/${slow.id}/executions`);
      return executions.length >= 2 ? executions : null;
    });
    const [second, first] = await Promise.all(found.slice(-2).map(({ id }) => api.ended(id)));
    const [began] = second?.steps ?? [];
    expect(Date.parse(began?.started_at ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.completed_at ?? ''));
  } finally {
    await api.call('DELETE', `/workflows/${slow.id}`);
  }
});
