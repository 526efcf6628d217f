import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionResource } from '@millrace/contracts';
import { readDocumentText } from '@millrace/schema';
import { ApiClient, apiBase, type WorkflowDocument } from './support/api.js';
import { eventually } from './support/eventually.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/signals.md shows is what happens: its command is run as it is there, with its workflow.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'signals.md'), 'utf8');
const block = (mark: string): string =>
  new RegExp(`<!-- ${mark} -->\\n\\n\`\`\`\\w+\\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';
const api = new ApiClient();

async function start(): Promise<string> {
  const reading = readDocumentText(block('workflow'));
  if (!reading.ok) throw new Error(`The workflow of the page is no document: ${JSON.stringify(reading.problems)}`);
  const workflow = await api.create(reading.value as WorkflowDocument);
  return (await api.execute(workflow.id, { amount: 10 })).id;
}

const reached = (id: string, status: string) =>
  eventually(`the execution is ${status}`, async () => (await api.execution(id)).status === status || undefined);

it('the command of the page ends the wait of its workflow, as is shown below it', async () => {
  const id = await start();
  await reached(id, 'waiting');
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, EXECUTION: id };
  await promisify(execFile)('bash', ['-c', block('run: signal')], { env });
  await reached(id, 'completed');
  const ended = await api.execution(id);
  expect(ended.output).toBe('shipped, paid with card');
  expect(ended.steps[0]?.output).toMatchObject(JSON.parse(block('output: signal')) as object);
});

it('one that is repeated is the same one, also after the end, and another that comes then is refused', async () => {
  const id = await start();
  await reached(id, 'waiting');
  const paid = { payload: { amount: 3, method: 'cash' }, signal_id: 'payment-1' };
  await api.expect<ExecutionResource>(202, 'POST', `/executions/${id}/signals/paid`, { json: paid });
  await reached(id, 'completed');
  expect((await api.execution(id)).output).toBe('reminded');
  await api.expect<ExecutionResource>(202, 'POST', `/executions/${id}/signals/paid`, { json: paid });
  const another = { ...paid, signal_id: 'payment-2' };
  await api.expect(409, 'POST', `/executions/${id}/signals/paid`, { json: another });
});
