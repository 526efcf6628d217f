import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionList, ExecutionResource, MailboxMessageList, MailboxResource } from '@millrace/contracts';
import { startDovecot, uniqueName, waitUntil, type OwnDovecot } from '@millrace/testing';
import { ApiClient } from './support/api.js';

const api = new ApiClient();
let dovecot: OwnDovecot;
beforeAll(async () => {
  dovecot = await startDovecot();
});
afterAll(() => dovecot.stop());

it("the reference's e-mail trigger runs its workflow with the message, and the mailbox says so", async () => {
  const user = uniqueName('workflow-trigger');
  const address = `${user}@company.com`;
  const folder = dovecot.mailFolder(user);
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true });
  const imap = { host: '127.0.0.1', port: dovecot.port, tls: 'none', user, auth: { secret: dovecot.password } };
  const mailbox = await api.expect<MailboxResource>(201, 'POST', '/mailboxes', { json: { address, imap } });
  const trigger = { type: 'email', config: { address, subject_filter: 'Support Request' } };
  const output = { to: '{{input.to[0].address}}', text: '{{trim(input.text)}}', from: '{{trigger.mailbox_id}}' };
  const saved = await api.create({
    name: 'By mail',
    trigger,
    steps: [{ id: 'one', type: 'transform', config: { output } }],
  });
  expect(saved.warnings ?? []).toEqual([]);
  await waitUntil('the mailbox to be watched', async () => {
    const { health } = await api.expect<MailboxResource>(200, 'GET', `/mailboxes/${mailbox.id}`);
    return health.state === 'healthy';
  });
  for (const subject of ['Newsletter', 'Re: support request 12'])
    writeFileSync(
      join(folder, 'new', `1.M${subject.length}P1.test`),
      `From: ada@example.org\r\nTo: ${address}\r\nSubject: ${subject}\r\nMessage-ID: <${uniqueName('m')}@example.org>\r\n\r\nHelp!\r\n`,
    );
  const execution = await waitUntil('the execution', async () => {
    const { executions } = await api.expect<ExecutionList>(200, 'GET', `/workflows/${saved.id}/executions`);
    return executions[0]?.status === 'completed' ? executions[0] : null;
  });
  const whole = await api.expect<ExecutionResource>(200, 'GET', `/executions/${execution.id}`);
  expect(whole.output).toEqual({ to: address, text: 'Help!', from: mailbox.id });
  expect(whole.trigger).toMatchObject({ type: 'email', mailbox_id: mailbox.id });
  const messages = await waitUntil('both messages', async () => {
    const path = `/mailboxes/${mailbox.id}/messages`;
    const list = (await api.expect<MailboxMessageList>(200, 'GET', path)).messages;
    return list.filter(({ verdict }) => verdict !== 'pending').length === 2 ? list : null;
  });
  const verdicts = Object.fromEntries(messages.map(({ subject, verdict }) => [subject, verdict]));
  expect(verdicts).toEqual({ Newsletter: 'no_trigger', 'Re: support request 12': 'started' });
  await api.expect(204, 'DELETE', `/mailboxes/${mailbox.id}`);
});
