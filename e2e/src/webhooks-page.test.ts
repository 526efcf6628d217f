import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionAccepted } from '@millrace/contracts';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/webhooks.md shows is what happens.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'webhooks.md'), 'utf8');
const [, script = ''] = /<!-- run: signature -->\n\n```sh\n([^]*?)```/.exec(page) ?? [];
const api = new ApiClient();

const run = async (text: string): Promise<unknown> => {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token };
  const { stdout } = await promisify(execFile)('bash', ['-c', text], { env });
  return JSON.parse(stdout);
};

afterAll(() => api.call('DELETE', '/secrets/signing_key'));

it('has a signed call that starts an execution', async () => {
  const { execution_id: id } = (await run(script)) as ExecutionAccepted;
  expect(await api.ended(id)).toMatchObject({ status: 'completed', output: 4711 });
});

it('has a call that the workflow answers', async () => {
  const [, answered = ''] = /<!-- run: respond -->\n\n```sh\n([^]*?)```/.exec(page) ?? [];
  const [, shown = ''] = /<!-- output: respond -->\n\n```json\n([^]*?)```/.exec(page) ?? [];
  expect(await run(answered)).toEqual(JSON.parse(shown));
});

it('has a call that is refused when its body is another one', async () => {
  const changed = script.replace(`-d "$BODY"`, `-d '{"order": 4712}'`);
  expect(changed).not.toBe(script);
  expect(await run(changed)).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
});

it('has a delivery that is answered as before when it is repeated', async () => {
  const twice = script.replace(/curl -s -X POST \$URL .*$/m, (call) => `${call} -H 'Idempotency-Key: order-4711'`);
  const [first, second] = (await run(
    `${twice.replace(/(curl -s -X POST \$URL .*)$/m, 'echo "["; $1; echo ","; $1; echo "]"')}`,
  )) as ExecutionAccepted[];
  expect(second).toEqual(first);
});
