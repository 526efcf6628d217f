import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ApprovalLink, ApprovalList, ApprovalResource } from '@millrace/contracts';
import { readDocumentText } from '@millrace/schema';
import { ApiClient, apiBase, type WorkflowDocument } from './support/api.js';
import { eventually } from './support/eventually.js';
import { mailsWithId } from './support/mail-house.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/approvals.md shows is what happens: its commands are run as they are there, with its workflow.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'approvals.md'), 'utf8');
const block = (mark: string): string =>
  new RegExp(`<!-- ${mark} -->\\n\\n\`\`\`\\w+\\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';
const api = new ApiClient();
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function start(which = 'workflow'): Promise<string> {
  const reading = readDocumentText(block(which));
  if (!reading.ok) throw new Error(`The workflow of the page is no document: ${JSON.stringify(reading.problems)}`);
  const workflow = await api.create(reading.value as WorkflowDocument);
  return (await api.execute(workflow.id, { amount: 812, to: 'Example Ltd', invoice: 'R-4711' })).id;
}

async function run<Answer>(command: string, names: Readonly<Record<string, string>>): Promise<Answer> {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...names };
  const { stdout } = await promisify(execFile)('bash', ['-c', block(`run: ${command}`)], { env });
  return JSON.parse(stdout) as Answer;
}

const pending = (EXECUTION: string) =>
  eventually('it is listed', async () => (await run<ApprovalList>('list', { EXECUTION })).approvals[0]);
const completed = (id: string) =>
  eventually('it is completed', async () => {
    const execution = await api.execution(id);
    return execution.status === 'completed' ? execution : undefined;
  });
/** A link, as a browser has it: at the gateway of these tests. */
const local = ({ url }: Pick<ApprovalLink, 'url'>): string => apiBase() + url.slice(url.indexOf('/approvals/'));

it('the commands of the page list, decide and make a link, and the buttons of the link end the wait', async () => {
  const execution = await start();
  const { id: APPROVAL, ...approval } = await pending(execution);
  expect(approval).toMatchObject(JSON.parse(block('output: list')) as object);
  const decided = await run<ApprovalResource>('decide', { APPROVAL });
  expect(decided).toMatchObject({ status: 'pending', decisions: [{ approved: true, comment: 'Looks right' }] });
  await api.expect(409, 'POST', `/approvals/${APPROVAL}/decide`, { json: { approved: false } });

  const link = await run<ApprovalLink>('link', { APPROVAL });
  const url = local(link);
  for (let look = 1; look <= 3; look++) {
    const shown = await fetch(url);
    expect([shown.status, shown.headers.get('referrer-policy')]).toEqual([200, 'no-referrer']);
    expect(await shown.text()).toContain('Pay 812 € to Example Ltd?');
  }
  expect(await api.expect<ApprovalResource>(200, 'GET', `/approvals/${APPROVAL}`)).toEqual(decided);

  const form = { method: 'POST', headers: FORM, body: 'decision=approve&comment=From+the+link' };
  expect((await fetch(url, form)).status).toBe(200);
  const ended = await completed(execution);
  expect(ended.output).toBe('paid, approved by 2');
  expect(ended.steps[0]?.output).toMatchObject({
    approved: true,
    expired: false,
    decisions: [{ comment: 'Looks right' }, { by: 'ada@example.com', approved: true, comment: 'From the link' }],
  });
  const again = await fetch(url, { ...form, body: 'decision=reject' });
  expect([again.status, (await again.text()).includes('<button')]).toEqual([409, false]);
});

it('an approver with an address gets a mail, whose link decides, and the approval says what was sent', async () => {
  const execution = await start('mail workflow');
  const { id: APPROVAL } = await pending(execution);
  const { mails } = await eventually('it was sent', async () => {
    const approval = await run<ApprovalResource>('mails', { APPROVAL });
    return approval.mails.length > 0 ? approval : undefined;
  });
  expect({ mails }).toMatchObject(JSON.parse(block('output: mails')) as object);
  const [mail] = await mailsWithId(mails[0]?.message_id ?? '');
  expect(mail).toMatchObject({ to: ['ada@example.com'], subject: 'Invoice R-4711' });
  expect(mail?.text).toContain('Pay 812 € to Example Ltd?');
  const url = /https?:\/\/\S+\/links\/\w+/.exec(mail?.text ?? '')?.[0] ?? '';
  const token = url.slice(url.lastIndexOf('/') + 1);
  expect((await fetch(local({ url }), { method: 'POST', headers: FORM, body: 'decision=approve' })).status).toBe(200);
  const ended = await completed(execution);
  expect(ended.steps[0]?.output).toMatchObject({ approved: true, decisions: [{ by: 'ada@example.com' }] });
  const journal = await api.expect(200, 'GET', `/executions/${execution}/journal`);
  expect(JSON.stringify([ended, journal])).not.toContain(token);
});

it('one rejection ends it, and a cancelled execution takes no decision', async () => {
  const rejected = await start();
  const { id } = await pending(rejected);
  await api.expect(200, 'POST', `/approvals/${id}/decide`, { json: { approved: false, comment: 'No' } });
  expect((await completed(rejected)).output).toBe('refused');
  const cancelled = await start();
  const open = await pending(cancelled);
  await api.expect(200, 'POST', `/executions/${cancelled}/cancel`);
  await api.expect(409, 'POST', `/approvals/${open.id}/decide`, { json: { approved: true } });
  expect(await api.expect(200, 'GET', `/approvals/${open.id}`)).toMatchObject({ status: 'cancelled' });
});

it('a link that is none says nothing of what there is', async () => {
  const { id } = await pending(await start());
  const unknown = 'a'.repeat(32);
  const pages = [`/approvals/${id}/links/${unknown}`, `/approvals/${id.slice(0, -4)}aaaa/links/${unknown}`];
  const answers = await Promise.all(pages.map((path) => fetch(apiBase() + path)));
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  const [known, other] = await Promise.all(answers.map((answer) => answer.text()));
  expect(known).toBe(other);
});
