import {
  MAILBOX_PROBLEMS,
  type MailboxResource,
  type MailboxTest,
  type TriggerList,
  type WorkflowResource,
  type WorkflowValidation,
} from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { pageOf } from './support/page.js';
import { readEndpoints } from './support/platform.js';

/*
 * What docs/mailboxes.md shows is what happens, as far as a mailbox at a server that does not exist can show it; mailboxes.test.ts has one that does.
 */

const WHY = ['health', 'messages', 'why', 'listening'];

const page = pageOf('mailboxes');
const api = new ApiClient();
let mailbox: MailboxResource;

beforeAll(async () => {
  mailbox = JSON.parse(await page.run('create')) as MailboxResource;
});
afterAll(() => api.call('DELETE', `/mailboxes/${mailbox.id}`));

it('has what this test runs', () => {
  expect(page.names).toEqual(['create', 'local', 'test', 'trigger', 'steps', ...WHY, 'token']);
});

it('has a mailbox with the defaults of the table, whose secret is not returned', async () => {
  const read = await api.expect<MailboxResource>(200, 'GET', `/mailboxes/${mailbox.id}`);
  expect(read).toMatchObject({ address: 'support@example.com', since: 'now', after: 'keep' });
  const defaults = [...page.text.matchAll(/^\| `imap\.(tls|folder)` .*\| `(\w+)` +\|$/gm)].map(([, field, value]) => [
    field,
    value,
  ]);
  expect(read.imap).toMatchObject({ ...Object.fromEntries(defaults), port: 993 });
  expect(JSON.stringify(read)).not.toContain('correct-horse-battery-staple');
});

it('has a workflow that mail to the mail house starts', async () => {
  const SMTP = readEndpoints().mail?.smtp_url ?? '';
  expect((await page.run('local', { SMTP })).trim()).toBe(page.output('local').trim());
});

it('has a workflow that is valid, and starts by the mailbox of the page', async () => {
  const raw = `name: By mail\n${page.example('trigger')}${page.example('steps')}`;
  const headers = { 'content-type': 'application/yaml' };
  const check = await api.expect<WorkflowValidation>(200, 'POST', '/workflows/validate', { raw, headers });
  expect([check.problems, check.warnings]).toEqual([[], []]);
  const workflow = await api.expect<WorkflowResource>(201, 'POST', '/workflows', { raw, headers });
  await api.expect(204, 'DELETE', `/workflows/${workflow.id}`);
});

it('has a test that says what is wrong with a mailbox, by a code of the table', async () => {
  const codes = [...page.text.matchAll(/^\| `(\w+)` +\|/gm)].map(([, code]) => code);
  const { ok, problem } = JSON.parse(await page.run('test', { MAILBOX: mailbox.id })) as MailboxTest;
  expect(ok).toBe(false);
  expect(codes).toContain(problem?.code);
  expect(codes).toEqual(expect.arrayContaining([...MAILBOX_PROBLEMS]));
});

it('has steps that lead to why nothing started', async () => {
  const step = async (name: string): Promise<unknown> => JSON.parse(await page.run(name, { MAILBOX: mailbox.id }));
  const { health } = (await step('health')) as MailboxResource;
  expect(['starting', 'unhealthy']).toContain(health.state);
  expect(await step('messages')).toMatchObject({ messages: [], has_more: false });
  const { ok, problem } = (await step('why')) as MailboxTest;
  expect([ok, problem?.fields]).toEqual([false, expect.arrayContaining(['imap.host'])]);
  expect(problem?.message).toContain('Correct imap.host');
  const { triggers } = (await step('listening')) as TriggerList;
  expect(triggers.filter(({ status, reason }) => status !== 'listening' && reason === null)).toEqual([]);
});

it('has a secret that is given anew, by which nothing else of the mailbox changes', async () => {
  const before = await api.expect<MailboxResource>(200, 'GET', `/mailboxes/${mailbox.id}`);
  const after = JSON.parse(await page.run('token', { MAILBOX: mailbox.id })) as MailboxResource;
  const { id, address, imap, since, after: dealtWith, version } = before;
  expect(after).toMatchObject({ id, address, imap, since, after: dealtWith, version: version + 1 });
});
