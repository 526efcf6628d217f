import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { platformCommand, platformEnvironment, platformHome, REPOSITORY } from './support/platform.js';
import { allReady } from './support/readiness.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'millrace-backup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function local(script: string, ...args: string[]) {
  const program = join(REPOSITORY, 'deploy', 'local', `${script}.mjs`);
  return run(process.execPath, [program, ...args], { cwd: REPOSITORY, env: platformEnvironment() });
}

it('an installation that was wiped and restored has all that was accepted, opens its secrets, and goes on', async () => {
  const api = new ApiClient();
  await api.expect(200, 'PUT', '/secrets/backed_up', { json: { value: 'correct-horse-battery' } });
  const steps = [
    { id: 'pause', type: 'wait', config: { duration: '{{input.pause}}' } },
    { id: 'n', type: 'transform', config: { output: '{{input.n}}' } },
  ];
  const trigger = { type: 'webhook', config: { headers: { 'X-Key': '{{secrets.backed_up}}' } } };
  const workflow = await api.create({ name: 'Backed up', trigger, steps });
  const scheduled = await api.create({
    name: 'Goes on',
    trigger: { type: 'schedule', config: { interval: '5s' } },
    steps: [{ id: 'tick', type: 'transform', config: { output: 1 } }],
  });
  const call = async (client: ApiClient, n: number, pause: string): Promise<string> => {
    const options = { json: { n, pause }, headers: { 'x-key': 'correct-horse-battery' } };
    const path = ApiClient.webhookPath(workflow);
    return (await client.expect<{ execution_id: string }>(202, 'POST', path, options)).execution_id;
  };
  const finished = await api.ended(await call(api, 0, '0s'));
  const waiting = await Promise.all(Array.from({ length: 10 }, (_, n) => call(api, n + 1, '30s')));

  await platformCommand('down');
  const archive = join(folder, 'backup.tar.gz');
  await local('backup', archive);
  for (const part of ['data', 'secrets']) rmSync(join(platformHome(), part), { recursive: true });
  await local('restore', archive);
  await platformCommand('up', { built: true });
  await allReady();

  const restored = new ApiClient();
  expect(await restored.execution(finished.id)).toEqual(finished);
  for (const [n, id] of waiting.entries()) {
    const { status, output } = await restored.ended(id, 120_000);
    expect([status, output]).toEqual(['completed', n + 1]);
  }
  // The header is compared with the secret, which only the restored master key opens.
  expect((await restored.ended(await call(restored, 99, '0s'))).output).toBe(99);
  const countOf = async () =>
    (await restored.expect<WorkflowResource>(200, 'GET', `/workflows/${scheduled.id}`)).execution_count;
  const before = await countOf();
  await eventually('the schedule goes on', async () => (await countOf()) > before || undefined);
  await restored.expect(204, 'DELETE', `/workflows/${scheduled.id}`);
});
