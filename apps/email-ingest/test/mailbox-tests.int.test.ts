import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import {
  ActiveSnapshot,
  LIMITS,
  newId,
  StartsSnapshot,
  TestMailbox,
  type MailboxTest,
  type MailboxTestBody,
} from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { MailboxDirectory } from '../src/mailboxes/mailbox-directory.js';
import { FakeImapServer, headRow } from './fake-imap-server.fixture.js';
import { aMessage, IngestFixture, type TestMailbox as Account } from './ingest.fixture.js';
import { leaf, multipart, serverOf } from './large-message.fixture.js';

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

const secret = 'test';

function test({ organisationId, id }: Account, changes: MailboxTestBody = {}): Promise<MailboxTest> {
  const question = { organisation_id: organisationId, mailbox_id: id, changes };
  return fixture.bus.request(TestMailbox, question, { timeoutMs: LIMITS.mailboxTestMs + 5_000 });
}

it('says what is in the folder, and which workflow each of the newest messages would start, and starts nothing', async () => {
  const mailbox = await fixture.mailbox({ trigger: { subject_filter: 'Order*' }, after: 'move:Done' });
  await fixture.untilState(app, mailbox, 'healthy');
  await fixture.triggers(mailbox, []);
  for (let index = 1; index <= 11; index++) fixture.deliver(mailbox, aMessage(mailbox.address, `Old ${index}`));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Order', { headers: ['Auto-Submitted: auto-replied'] }));
  await fixture.untilDealtWith(app, mailbox, 'Order');
  await fixture.triggers(mailbox, [{ address: mailbox.address, subject_filter: 'Old*' }]);
  await waitUntil('the change', async () => {
    const [workflow] = await app.get(MailboxDirectory).triggers(mailbox.organisationId);
    return workflow?.triggers.length === 1;
  });
  const other = await test(mailbox, { imap: { folder: 'Done' }, after: 'keep' });
  expect(other).toMatchObject({ ok: true, problem: null, folder: { name: 'Done', messages: 12 }, move_folder: null });
  expect(other.messages).toHaveLength(LIMITS.mailboxTestMessages);
  expect(other.messages[0]).toMatchObject({
    subject: 'Order',
    sender: 'ada@example.org',
    automatic: true,
    automatic_kind: 'auto_reply',
    workflow_ids: [],
  });
  expect(other.messages.slice(1).map(({ subject, workflow_ids }) => [subject, workflow_ids])).toEqual(
    Array.from({ length: 9 }, (_, index) => [`Old ${11 - index}`, [mailbox.workflowId]]),
  );
  expect(await test(mailbox)).toMatchObject({
    ok: true,
    folder: { name: 'INBOX', messages: 0 },
    move_folder: { name: 'Done', messages: 12 },
    messages: [],
  });
  expect(await fixture.starts(mailbox)).toEqual([]);
});

/** Puts messages of each kind into a mailbox: without an attachment, with one, with an image in its text, and as an attachment altogether. */
function deliverWithAndWithout(mailbox: Account): void {
  const part = (type: string, more = '') => `--x\r\nContent-Type: ${type}\r\n${more}\r\nx\r\n`;
  const attached = 'Content-Disposition: attachment; filename="a.pdf"\r\n';
  const several = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const messages = {
    Plain: { headers: [] },
    Both: { headers: several, body: `${part('text/plain')}${part('text/html')}--x--` },
    Scan: { headers: several, body: `${part('text/plain')}${part('application/pdf', attached)}--x--` },
    Image: { headers: several, body: `${part('text/html')}${part('image/png', 'Content-ID: <1>\r\n')}--x--` },
    Alone: { headers: ['MIME-Version: 1.0', 'Content-Type: application/pdf'] },
    Automatic: { headers: [...several, 'Auto-Submitted: auto-replied'], body: `${part('application/pdf')}--x--` },
  };
  for (const [subject, message] of Object.entries(messages))
    fixture.deliver(mailbox, aMessage(mailbox.address, subject, message));
}

/** Two more workflows for the messages of a mailbox, beside its own. */
async function workflowsByAttachment(mailbox: Account): Promise<Record<'any' | 'with' | 'without', Account>> {
  const of = async (has_attachment: boolean): Promise<Account> => {
    const workflow = { ...mailbox, workflowId: newId('workflow') };
    const ids = { workflow_id: workflow.workflowId, organisation_id: mailbox.organisationId };
    await fixture.bus.snapshots.put(ActiveSnapshot, ids, { ...ids, version: 1, status: 'active' });
    await fixture.triggers(workflow, [{ address: mailbox.address, has_attachment }]);
    return workflow;
  };
  const workflows = { any: mailbox, with: await of(true), without: await of(false) };
  const { organisationId } = mailbox;
  const known = async () => (await app.get(MailboxDirectory).triggers(organisationId)).length === 3;
  await waitUntil('the triggers', known);
  return workflows;
}

it('names the workflows that a message starts by what it has attached, and those start', async () => {
  // Nobody can look at it yet.
  const mailbox = await fixture.mailbox({ since: 'all', port: 9 });
  const workflows = Object.entries(await workflowsByAttachment(mailbox));
  deliverWithAndWithout(mailbox);
  const { messages } = await test(mailbox, { imap: { port: fixture.dovecot.port, auth: { secret } } });
  const told = messages.map(({ subject, has_attachment, workflow_ids }) => {
    const starting = workflows.filter(([, { workflowId }]) => workflow_ids.includes(workflowId));
    return [subject, { has_attachment, starting: starting.map(([name]) => name) }] as const;
  });
  const expected: Record<string, { has_attachment: boolean | null; starting: string[] }> = {
    Plain: { has_attachment: false, starting: ['any', 'without'] },
    Both: { has_attachment: false, starting: ['any', 'without'] },
    Scan: { has_attachment: true, starting: ['any', 'with'] },
    Image: { has_attachment: true, starting: ['any', 'with'] },
    Alone: { has_attachment: true, starting: ['any', 'with'] },
    Automatic: { has_attachment: null, starting: [] },
  };
  expect(Object.fromEntries(told)).toEqual(expected);

  await fixture.publish(mailbox, { since: 'all' });
  for (const subject of Object.keys(expected)) await fixture.untilDealtWith(app, mailbox, subject);
  for (const [name, workflow] of workflows) {
    const started = (await fixture.starts(workflow)).map(({ input }) => (input as { subject: string }).subject);
    const foretold = Object.entries(expected).filter(([, { starting }]) => starting.includes(name));
    expect([name, started.sort()]).toEqual([name, foretold.map(([subject]) => subject).sort()]);
  }
});

it('says what would become of each message, and why, in the words of the list of messages', async () => {
  // Nobody can look at it yet.
  const mailbox = await fixture.mailbox({ since: 'all', port: 9, trigger: { has_attachment: false } });
  const { organisationId } = mailbox;
  const paused = { ...mailbox, workflowId: newId('workflow') };
  const ids = { workflow_id: paused.workflowId, organisation_id: organisationId };
  await fixture.bus.snapshots.put(ActiveSnapshot, ids, { ...ids, version: 1, status: 'paused' });
  const bills = { address: 'bills@example.com', subject_filter: 'bill*' };
  await fixture.triggers(paused, [{ address: mailbox.address.replace('@', '+paused@') }, bills]);
  await waitUntil('the triggers', async () => (await app.get(MailboxDirectory).triggers(organisationId)).length === 2);
  const part = (type: string) => `--x\r\nContent-Type: ${type}\r\n\r\nx\r\n`;
  const several = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const body = `${part('text/plain')}${part('application/pdf')}--x--`;
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Fine'));
  fixture.deliver(mailbox, aMessage(mailbox.address.replace('@', '+paused@'), 'Both'));
  fixture.deliver(mailbox, aMessage(mailbox.address.replace('@', '+paused@'), 'Paused', { headers: several, body }));
  fixture.deliver(mailbox, aMessage(`${mailbox.address}, bills@example.com`, 'Scan', { headers: several, body }));
  fixture.deliver(mailbox, aMessage('other@example.com', 'For nobody'));
  fixture.deliver(mailbox, aMessage('bills@example.com', 'Invoice'));
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Automatic', { headers: ['Auto-Submitted: auto-replied'] }));
  const { messages } = await test(mailbox, { imap: { port: fixture.dovecot.port, auth: { secret } } });
  const told = messages.map(({ subject, verdict, reason }) => [subject, verdict, reason] as const);
  const isPaused = `${paused.workflowId}: its workflow is paused (WORKFLOW_PAUSED)`;
  expect(Object.fromEntries(told.map(([subject, ...of]) => [subject, of]))).toEqual({
    Fine: ['started', null],
    Both: ['started', isPaused],
    Paused: ['refused', isPaused],
    Scan: [
      'no_trigger',
      expect.stringMatching(/: wf_\w+ .* has_attachment "false" .*; wf_\w+ .* subject_filter "bill\*" /),
    ],
    'For nobody': ['no_trigger', expect.stringMatching(/^No workflow has an e-mail trigger/)],
    Invoice: ['no_trigger', expect.stringContaining(`${paused.workflowId} takes this address, but its subject_filter`)],
    Automatic: ['automatic', expect.stringMatching(/auto_reply.*accept_automatic/)],
  });
  expect(messages.find(({ subject }) => subject === 'Both')?.workflow_ids).toEqual([mailbox.workflowId]);
  expect(messages.find(({ subject }) => subject === 'Paused')?.workflow_ids).toEqual([]);

  await fixture.publish(mailbox, { since: 'all' });
  for (const [subject, verdict, reason] of told)
    expect(await fixture.untilDealtWith(app, mailbox, subject ?? '')).toMatchObject({ subject, verdict, reason });
});

it('says of what would wait that it waits', async () => {
  const mailbox = await fixture.mailbox({ since: 'all', port: 9 });
  fixture.deliver(mailbox, aMessage(mailbox.address, 'Waits'));
  const starts = (paused: boolean) =>
    fixture.bus.snapshots.put(StartsSnapshot, undefined, { paused, since: new Date().toISOString(), reason: null });
  await starts(true);
  const found = async () => (await test(mailbox, { imap: { port: fixture.dovecot.port, auth: { secret } } })).messages;
  const messages = await found();
  await starts(false);
  expect(messages).toMatchObject([
    {
      verdict: 'pending',
      reason: expect.stringMatching(/^It waits: .*\(STARTS_PAUSED\)$/) as string,
      workflow_ids: [],
    },
  ]);
});

/** Servers that say of what their messages consist in more words than one may have, and in so many responses that they have too many bytes. */
const TALKATIVE: Record<string, () => FakeImapServer> = {
  'one response': () => serverOf({ structure: multipart(leaf().repeat(100_000)) }),
  'many responses': () =>
    new FakeImapServer((socket, { uids, query, address }) => {
      if (query.includes('BODYSTRUCTURE')) socket.write('* OK still looking\r\n'.repeat(500_000));
      else for (const uid of uids) socket.write(headRow(uid, address));
    }),
};

it.each(Object.entries(TALKATIVE))(
  'stays within its bounds at a server that says too much of what is attached, in %s, and names what starts in either case',
  async (_, talkative) => {
    const server = talkative();
    const mailbox = await fixture.mailbox({ port: 9 });
    const { any } = await workflowsByAttachment(mailbox);
    const { ok, messages } = await test(mailbox, { imap: { port: await server.listen(), auth: { secret } } });
    server.close();
    expect(ok).toBe(true);
    expect(
      messages.map(({ subject, has_attachment, workflow_ids }) => [subject, has_attachment, workflow_ids]),
    ).toEqual(['3', '2', '1'].map((subject) => [subject, null, [any.workflowId]]));
  },
);

it('names what is wrong, with what is stored and with what is given in its place', async () => {
  const mailbox = await fixture.mailbox();
  const problem = async (changes: MailboxTestBody) => {
    const { code, fields, message } = (await test(mailbox, changes)).problem ?? {};
    // Whoever reads the message alone has to find the fields too.
    for (const field of fields ?? []) expect(code === 'host_blocked' ? field : message).toContain(field);
    return [code, fields?.join(' ')];
  };
  const { port } = fixture.dovecot;
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const silentPort = (silent.address() as AddressInfo).port;
  expect(await problem({ imap: { auth: { secret: 'wrong' } } })).toEqual([
    'login_refused',
    'imap.user imap.auth.secret',
  ]);
  expect(await problem({ imap: { folder: 'None' } })).toEqual(['folder_missing', 'imap.folder']);
  expect(await problem({ imap: { port: 9, auth: { secret } } })).toEqual(['unreachable', 'imap.host imap.port']);
  expect(await problem({ imap: { tls: 'starttls', port, auth: { secret } } })).toEqual([
    'tls_failed',
    'imap.tls imap.port',
  ]);
  expect(await problem({ imap: { tls: 'implicit', port, auth: { secret } } })).toEqual([
    'tls_failed',
    'imap.port imap.tls',
  ]);
  expect(await problem({ imap: { port: silentPort, auth: { secret } } })).toEqual(['timed_out', 'imap.port imap.tls']);
  silent.close();
  expect(await problem({ imap: { host: '10.0.0.1', auth: { secret } } })).toEqual(['host_blocked', 'imap.host']);
  const unknown = { host: 'no-such-host.invalid', auth: { secret } };
  expect(await problem({ imap: unknown })).toEqual(['host_not_found', 'imap.host']);
  expect(await test(mailbox, { imap: { folder: 'INBOX' }, after: 'move:Not yet' })).toMatchObject({ problem: null });
  const [stored] = [await fixture.mailbox({ secret: 'wrong' })];
  const refused = await test(stored);
  expect([refused.ok, refused.problem?.code, refused.folder]).toEqual([false, 'login_refused', null]);
});

it('ends in time at a server that says nothing', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const mailbox = await fixture.mailbox();
  const port = (silent.address() as AddressInfo).port;
  const { problem } = await test(mailbox, { imap: { port, auth: { secret } } });
  expect(problem?.code).toBe('timed_out');
  silent.close();
});

it('says that a server which has neither MOVE nor UIDPLUS moves nothing, and starts nothing there', async () => {
  const server = new FakeImapServer(() => undefined);
  const mailbox = await fixture.mailbox({ port: await server.listen(), after: 'move:Done' });
  const { ok, problem } = await test(mailbox);
  expect([ok, problem?.code, problem?.fields]).toEqual([false, 'folder_missing', ['after']]);
  expect(problem?.message).toContain('it has neither MOVE nor UIDPLUS');
  const { error } = await fixture.untilState(app, mailbox, 'unhealthy');
  expect(error).toContain('it has neither MOVE nor UIDPLUS');
  server.close();
});

it('sends a stored secret nowhere else, and knows no mailbox of another organisation', async () => {
  const mailbox = await fixture.mailbox();
  await expect(test(mailbox, { imap: { host: 'imap.example.com' } })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { issues: [{ path: 'imap.auth.secret' }] },
  });
  await expect(test(mailbox, { after: 'move:inbox' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(test({ ...mailbox, organisationId: 'org_other' })).rejects.toMatchObject({ code: 'MAILBOX_NOT_FOUND' });
});

it('is made so many times a minute by an organisation, whatever the mailbox', async () => {
  const mailbox = await fixture.mailbox();
  const codes: unknown[] = [];
  // A minute may end in between.
  for (let index = 0; index <= 2 * LIMITS.mailboxTestsPerMinute; index++)
    codes.push(
      await test(mailbox).then(
        ({ ok }) => ok,
        (error: { code: string }) => error.code,
      ),
    );
  expect(codes.slice(0, LIMITS.mailboxTestsPerMinute)).toEqual(codes.slice(0, LIMITS.mailboxTestsPerMinute).fill(true));
  expect(codes).toContain('RATE_LIMIT_EXCEEDED');
  expect((await test(await fixture.mailbox())).ok).toBe(true);
});
