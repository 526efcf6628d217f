import { ApiClient } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually, inParallel } from './support/eventually.js';
import { LiveClient } from './support/live-client.js';
import { everyProcess, isAlive, killAllHard, platformCommand } from './support/platform.js';
import { allReady } from './support/readiness.js';

/*
 * All processes and servers of the platform are killed at once while executions wait, and started again. Some waits end while nothing runs, most of them later.
 */

const WAITS = 16;
/** When the first wait ends: far behind the moment at which everything is killed, on a busy machine too. */
const FIRST_SECONDS = 25;
const APART_SECONDS = 2;

let service: CountingService;
beforeAll(async () => {
  service = await CountingService.start();
});
afterAll(() => service.stop());

it('killed altogether and started again, each wait ends once, and the call behind it is made once', async () => {
  const api = new ApiClient();
  const call = (id: string) => ({
    id,
    type: 'http',
    config: { method: 'POST', url: `${service.url}/${id}`, body: { n: '{{input.n}}' } },
  });
  const pause = { id: 'pause', type: 'wait', config: { duration: '{{input.seconds}}s' } };
  const { id: workflow_id } = await api.create({ name: 'Waits', steps: [call('before'), pause, call('after')] });
  const accepted = await Promise.all(
    Array.from({ length: WAITS }, (_, n) =>
      api.execute(workflow_id, { n, seconds: FIRST_SECONDS + n * APART_SECONDS }),
    ),
  );
  await eventually('all of them wait', async () => {
    const { executions } = await api.executions(`workflow_id=${workflow_id}&status=waiting&limit=100`);
    return executions.length === WAITS || undefined;
  });
  expect(service.callsTo('/after')).toEqual([]);

  const processes = everyProcess();
  killAllHard(processes);
  await eventually('all processes are gone', () => !processes.some(isAlive) || undefined);
  await platformCommand('up', { built: true });
  await allReady();

  const again = new ApiClient();
  const ends = await inParallel(accepted, 4, async ({ id }) => {
    const { status } = await again.ended(id, 110_000);
    return [status, ...(await endsOfWait(id))];
  });
  expect(ends).toEqual(accepted.map(() => ['completed', 'woken', 'step_completed pause']));
  for (const id of ['before', 'after']) {
    const keys = service.callsTo(`/${id}`).map(({ key }) => key);
    expect(keys.sort()).toEqual(accepted.map((one) => `${one.id}:${id}`).sort());
  }
});

/** What happened to an execution because of its wait. */
async function endsOfWait(id: string): Promise<string[]> {
  const client = await LiveClient.open(`/executions/${id}/events`);
  await client.untilOver();
  return client.events.flatMap(({ event, data }) => {
    if (event === 'woken') return [event];
    return event === 'step_completed' && data['path'] === 'pause' ? [`${event} pause`] : [];
  });
}
