import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type {
  AuditLog,
  JobAccepted,
  ExecutionResource,
  ExecutionStats,
  JobResource,
  JournalPage,
} from '@millrace/contracts';
import { readDocumentText } from '@millrace/schema';
import { ApiClient, apiBase, type Refusal, type WorkflowDocument } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually } from './support/eventually.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/run-control.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'run-control.md'), 'utf8');
const examples = [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(?:sh|json)\n([^]*?)```/g)].map(
  ([, what = '', name = '', text = '']) => ({ what, name, text }),
);
const api = new ApiClient();

/** Creates a workflow of the page, with another address in the place of the one that readers are to replace. */
async function create(name: string, url = ''): Promise<{ id: string }> {
  const [, text = ''] = new RegExp(`<!-- workflow: ${name} -->\\n\\n\`\`\`yaml\\n([^]*?)\`\`\``).exec(page) ?? [];
  const reading = readDocumentText(text.replaceAll('https://shop.example.com', url));
  if (!reading.ok) throw new Error(`The workflow of the page is no document: ${JSON.stringify(reading.problems)}`);
  return api.create(reading.value as WorkflowDocument);
}

const run = async (name: string, environment: Record<string, string>): Promise<unknown> => {
  const { text = '' } = examples.find((one) => one.what === 'run' && one.name === name) ?? {};
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...environment };
  return JSON.parse((await promisify(execFile)('bash', ['-c', text], { env })).stdout);
};
const shown = (name: string): object =>
  JSON.parse(examples.find((one) => one.what === 'output' && one.name === name)?.text ?? '') as object;

const reached = (id: string, status: string) =>
  eventually(`the execution is ${status}`, async () => (await api.execution(id)).status === status || undefined);

const PAUSE = { id: 'pause', type: 'wait', config: { duration: '1h' } };
/** Runs until it is cancelled: a pause that is too short to be suspended over, again and again. */
const RUNS = {
  id: 'each',
  type: 'loop',
  config: { items: '{{range(0, 2000)}}', steps: [{ id: 'moment', type: 'wait', config: { duration: '1s' } }] },
};

it('the commands of the page cancel an execution that waits, and show what is printed below them', async () => {
  expect(examples.map(({ what, name }) => `${what} ${name}`)).toEqual([
    'run cancel',
    'output cancel',
    'run again',
    'output again',
    ...['run pause', 'output pause', 'run resume'],
    ...['retry', 'plan', 'replay', 'count'].flatMap((name) => [`run ${name}`, `output ${name}`]),
    ...['run bulk', 'run job', 'output job'],
  ]);
  const { id } = await api.execute((await create('wait')).id, { hold: '1h' });
  await reached(id, 'waiting');
  expect(await run('cancel', { EXECUTION: id })).toMatchObject(shown('cancel'));
  expect(await run('again', { EXECUTION: id })).toMatchObject(shown('again'));
  expect((await api.execution(id)).steps[0]).toMatchObject({ status: 'failed', error: { code: 'STEP_CANCELLED' } });
});

it('the commands of the page pause an execution, and let it go on', async () => {
  const { id } = await api.execute((await create('wait')).id, { hold: '4s' });
  await reached(id, 'waiting');
  expect(await run('pause', { EXECUTION: id })).toMatchObject(shown('pause'));
  // Its timer wakes it, and finds it paused.
  await eventually('the wait is over', async () => {
    const { events } = await api.expect<JournalPage>(200, 'GET', `/executions/${id}/journal`);
    return events.filter(({ type }) => type === 'suspended').length === 2 || undefined;
  });
  expect((await api.execution(id)).steps.map(({ path }) => path)).toEqual(['hold']);
  const resumed = await run('resume', { EXECUTION: id });
  expect(resumed).toMatchObject({ id, error: null });
  expect(resumed).not.toHaveProperty('pause');
  const ended = await api.ended(id);
  expect(ended).toMatchObject({ status: 'completed', output: 'done' });
  expect(ended).not.toHaveProperty('pause');
});

it('one that runs begins nothing while it is paused, and goes on where it was', async () => {
  const workflow = await api.create({ name: 'Run', trigger: { type: 'webhook' }, steps: [RUNS] });
  const { id } = await api.execute(workflow.id);
  await eventually('the loop runs', async () => (await api.execution(id)).steps.length > 1 || undefined);
  await api.expect(200, 'POST', `/executions/${id}/pause`);
  await reached(id, 'waiting');
  const { steps_total } = await api.execution(id);
  await api.expect(200, 'POST', `/executions/${id}/resume`);
  await eventually('it goes on', async () => (await api.execution(id)).steps_total > steps_total || undefined);
  await api.expect(200, 'POST', `/executions/${id}/pause`);
  await reached(id, 'waiting');
  expect(await api.expect(200, 'POST', `/executions/${id}/cancel`)).toMatchObject({ status: 'cancelled' });
  const refused = await api.call<Refusal>('POST', `/executions/${id}/resume`);
  expect([refused.status, refused.body.error.code]).toEqual([409, 'EXECUTION_FINISHED']);
});

it('one that runs stops, and is listed and counted as cancelled', async () => {
  const workflow = await api.create({ name: 'Run', trigger: { type: 'webhook' }, steps: [RUNS] });
  const { id } = await api.execute(workflow.id);
  await eventually('the loop runs', async () => (await api.execution(id)).steps.length > 1 || undefined);
  const answer = await api.expect<ExecutionResource>(200, 'POST', `/executions/${id}/cancel`, {});
  expect(['running', 'cancelled']).toContain(answer.status);
  expect(answer.cancellation).toMatchObject({ reason: null, requested_by: expect.any(String) as string });
  await reached(id, 'cancelled');
  const ended = await api.execution(id);
  expect(ended).toMatchObject({ output: null, error: null, cancellation: { in_flight: [], in_flight_total: 0 } });
  expect(ended.steps.filter(({ status }) => status === 'running')).toEqual([]);
  await eventually('it is listed', async () => {
    const filter = `status=cancelled&workflow_id=${workflow.id}`;
    const { executions } = await api.executions(filter);
    return executions.some((one) => one.id === id) || undefined;
  });
  await eventually('it is counted', async () => {
    const stats = await api.expect<ExecutionStats>(200, 'GET', `/workflows/${workflow.id}/stats`);
    return stats.totals.cancelled === 1 || undefined;
  });
});

it('the commands of the page retry one that has failed, say what a replay does, and replay it', async () => {
  const service = await CountingService.start();
  try {
    const workflow = await create('charge', service.url);
    let fails = true;
    service.answerWith(({ path }) => (fails && path === '/notify' ? { status: 500 } : undefined));
    const { id } = await api.execute(workflow.id, { order: 4711 });
    expect(await api.ended(id)).toMatchObject({ status: 'failed', failed_path: 'notify' });
    fails = false;
    expect(await run('retry', { EXECUTION: id })).toMatchObject({ ...shown('retry'), retried_from: id });
    expect(await run('plan', { EXECUTION: id })).toMatchObject({ ...shown('plan'), execution_id: id });
    expect(await run('replay', { EXECUTION: id })).toMatchObject({ ...shown('replay'), replayed_from: id });
    expect(service.callsTo('/charge')).toHaveLength(1);
    expect(service.callsTo('/notify')).toHaveLength(3);
  } finally {
    await service.stop();
  }
});

it('the commands of the page retry all that failed for one cause, once each', async () => {
  const service = await CountingService.start();
  try {
    const workflow = await create('charge', service.url);
    let fails = true;
    service.answerWith(({ path }) => (fails && path === '/notify' ? { status: 500 } : undefined));
    const failed = await Promise.all([1, 2, 3].map(async () => (await api.execute(workflow.id)).id));
    await eventually('they are listed as failed', async () => {
      const { executions } = await api.executions(`status=failed&workflow_id=${workflow.id}`);
      return executions.length === 3 || undefined;
    });
    fails = false;
    const environment = { WORKFLOW: workflow.id };
    expect(await run('count', environment)).toEqual(shown('count'));
    const { job_id, matched } = (await run('bulk', environment)) as JobAccepted;
    expect(matched).toBe(3);
    expect(await run('bulk', environment)).toEqual({ job_id, matched });
    await eventually('the job has ended', async () => {
      const { ended_at } = (await run('job', { JOB: job_id })) as JobResource;
      return ended_at === null ? undefined : true;
    });
    const job = (await run('job', { JOB: job_id })) as JobResource;
    expect(job).toMatchObject(shown('job'));
    expect(job.results.map(({ item }) => item)).toEqual(failed.sort());
    for (const { item, execution_id } of job.results)
      expect(await api.ended(execution_id ?? '')).toMatchObject({ status: 'completed', retried_from: item });
    expect(['/charge', '/notify'].map((path) => service.callsTo(path).length)).toEqual([3, 6]);
  } finally {
    await service.stop();
  }
});

it('many that wait are cancelled by one call, whose audit entry names the job', async () => {
  const workflow = await api.create({ name: 'Wait', trigger: { type: 'webhook' }, steps: [PAUSE] });
  const ids = await Promise.all(Array.from({ length: 25 }, async () => (await api.execute(workflow.id)).id));
  const filter = { workflow_id: workflow.id };
  await eventually('all are listed as waiting', async () => {
    const { executions } = await api.executions(`status=waiting&limit=50&workflow_id=${workflow.id}`);
    return executions.length === ids.length || undefined;
  });
  const json = { action: 'cancel', filter };
  const { job_id } = await api.expect<JobAccepted>(202, 'POST', '/executions/bulk', { json });
  await eventually('the job has ended', async () => {
    const { counts, ended_at } = await api.expect<JobResource>(200, 'GET', `/jobs/${job_id}`);
    return ended_at === null ? undefined : expect(counts).toEqual({ ok: ids.length }) === undefined;
  });
  for (const id of ids.slice(0, 3)) expect((await api.execution(id)).status).toBe('cancelled');
  const { entries } = await api.expect<AuditLog>(200, 'GET', '/audit-log?resource_type=job&limit=5');
  expect(entries).toContainEqual(expect.objectContaining({ action: 'create', resource: { type: 'job', id: job_id } }));
});
