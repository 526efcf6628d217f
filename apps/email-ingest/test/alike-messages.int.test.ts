import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { derivedId, newId } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { ImapConnection } from '../src/imap/imap-connection.js';
import { digest } from '../src/mailboxes/mailbox.js';
import { MAIL_LIMITS } from '../src/limits.js';
import { IngestedMessagesRepository } from '../src/messages/ingested-messages.repository.js';
import { aMessage, IngestFixture, type MailboxOptions, type TestMailbox } from './ingest.fixture.js';

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterEach(() => jest.restoreAllMocks());
afterAll(() => fixture.stop());

/** A whole second, and young enough to be remembered. */
const ARRIVED = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);

/** As a shop's form sends it; all texts have one length. */
const withoutId = ({ address }: TestMailbox, text: string): string =>
  `From: shop@example.com\r\nTo: ${address}\r\nSubject: New order\r\n\r\n${text}\r\n`;
const withId = ({ address }: TestMailbox, text: string): string =>
  aMessage(address, 'New order', { body: text }).replace(/Message-ID: .*/, 'Message-ID: <order@example.com>');
const KINDS = [
  ['without Message-ID', withoutId],
  ['of one Message-ID', withId],
] as const;

/** A mailbox that is not watched before it is published again. */
const unwatched = (): Promise<TestMailbox> => fixture.mailbox({ port: 9 });

const doveadm = ({ user }: TestMailbox, command: string, ...rest: string[]): string =>
  fixture.dovecot.doveadm(...command.split(' '), '-u', user, ...rest);

/** Puts messages into the inbox, all of which its server got in the same second. */
function deliverAtOnce(mailbox: TestMailbox, messages: readonly string[]): void {
  const folder = join(fixture.dovecot.mailFolder(mailbox.user), 'new');
  const there = existsSync(folder) ? readdirSync(folder) : [];
  for (const message of messages) fixture.deliver(mailbox, message);
  for (const name of readdirSync(folder)) if (!there.includes(name)) utimesSync(join(folder, name), ARRIVED, ARRIVED);
}

/** What was started, in order; once the inbox was looked at up to one more message, which is delivered. */
async function startedUntil(mailbox: TestMailbox, last: string): Promise<string[]> {
  fixture.deliver(mailbox, aMessage(mailbox.address, last, { body: last }));
  await fixture.untilDealtWith(app, mailbox, last);
  return (await fixture.starts(mailbox)).map(({ input }) => (input as { text: string }).text.trim()).sort();
}

/** While nobody looks at the mailbox. */
async function meanwhile(mailbox: TestMailbox, happens: () => unknown, options: MailboxOptions = {}): Promise<void> {
  await fixture.publish(mailbox, { ...options, port: 9 });
  await fixture.untilState(app, mailbox, 'unhealthy');
  await happens();
  await fixture.publish(mailbox, options);
}

const numberAnew = (mailbox: TestMailbox): string =>
  doveadm(mailbox, 'mailbox update', '--uid-validity', '987654', 'INBOX');

describe.each(KINDS)('messages %s that are alike', (_, message) => {
  it('start each, and nothing again when the server numbers them anew', async () => {
    const mailbox = await unwatched();
    deliverAtOnce(
      mailbox,
      ['Three chairs', 'Eight tables'].map((text) => message(mailbox, text)),
    );
    await fixture.publish(mailbox, { since: 'all' });
    expect(await startedUntil(mailbox, 'Then')).toEqual(['Eight tables', 'Then', 'Three chairs']);
    deliverAtOnce(mailbox, [message(mailbox, 'Seven stools')]);
    await fixture.untilStarted(mailbox, 4);
    await meanwhile(mailbox, () => numberAnew(mailbox));
    expect(await startedUntil(mailbox, 'Later')).toEqual([
      ...['Eight tables', 'Later', 'Seven stools', 'Then', 'Three chairs'],
    ]);
  });

  it('start each where each is moved before the next one is looked at', async () => {
    const mailbox = await unwatched();
    const after = 'move:Done' as const;
    deliverAtOnce(
      mailbox,
      ['Three chairs', 'Eight tables', 'Seven stools'].map((text) => message(mailbox, text)),
    );
    // Whoever goes on sees only what is left.
    const move = Object.getOwnPropertyDescriptor(ImapConnection.prototype, 'move')?.value as ImapConnection['move'];
    jest.spyOn(ImapConnection.prototype, 'move').mockImplementation(async function (this: ImapConnection, ...which) {
      await move.apply(this, which);
      this.close();
    });
    await fixture.publish(mailbox, { since: 'all', after });
    expect(await startedUntil(mailbox, 'Then')).toEqual(['Eight tables', 'Seven stools', 'Then', 'Three chairs']);
    // All of them come back.
    const done = (): number =>
      Number(/messages=(\d+)/.exec(doveadm(mailbox, 'mailbox status', 'messages', 'Done'))?.[1]);
    await waitUntil('them to be moved', () => done() === 4);
    await meanwhile(mailbox, () => doveadm(mailbox, 'move', 'INBOX', 'mailbox', 'Done', 'all'), { after });
    expect(await startedUntil(mailbox, 'Later')).toEqual([
      ...['Eight tables', 'Later', 'Seven stools', 'Then', 'Three chairs'],
    ]);
  });

  it('start once each when a process dies before it has noted what became of one', async () => {
    const mailbox = await unwatched();
    const messages = app.get(IngestedMessagesRepository);
    const noted = messages.settle.bind(messages);
    let deaths = 0;
    jest.spyOn(messages, 'settle').mockImplementation(async (...outcome) => {
      if (deaths++ % 2 === 0) throw new Error('died');
      await noted(...outcome);
    });
    deliverAtOnce(
      mailbox,
      ['Three chairs', 'Eight tables'].map((text) => message(mailbox, text)),
    );
    await fixture.publish(mailbox, { since: 'all' });
    expect(await startedUntil(mailbox, 'Then')).toEqual(['Eight tables', 'Then', 'Three chairs']);
    expect(deaths).toBe(6);
  });

  it('are known by a record that was made before places were kept', async () => {
    const mailbox = await unwatched();
    const { model } = app.get(IngestedMessagesRepository);
    const [source, other] = [message(mailbox, 'Three chairs'), message(mailbox, 'Eight tables')];
    const isNamed = source.includes('Message-ID');
    const key = digest(
      JSON.stringify([
        ...[isNamed ? '<order@example.com>' : source.length, isNamed ? '2026-11-26T12:00:00.000Z' : null],
        ...[isNamed ? 'ada@example.org' : 'shop@example.com', 'New order'],
      ]),
    );
    const seen_at = new Date();
    const owner = { organisation_id: mailbox.organisationId, mailbox_id: mailbox.id };
    const record = { _id: newId('message'), ...owner, key, seen_at, verdict: 'pending' as const, execution_ids: [] };
    await model.create({ ...record, message_id: null, sender: null, subject: 'New order', reason: null });
    deliverAtOnce(mailbox, [source, other]);
    await fixture.publish(mailbox, { since: 'all' });
    expect(await startedUntil(mailbox, 'Then')).toEqual(['Eight tables', 'Then', 'Three chairs']);
    // By this id it may have started under the former release.
    const parts = [mailbox.organisationId, 'email', mailbox.id, key, mailbox.workflowId] as const;
    const id = derivedId('execution', seen_at.getTime(), parts);
    expect(await model.findOne({ ...owner, _id: record._id }).lean()).toMatchObject({ execution_ids: [id] });
    await meanwhile(mailbox, () => numberAnew(mailbox));
    expect(await startedUntil(mailbox, 'Later')).toEqual(['Eight tables', 'Later', 'Then', 'Three chairs']);
  });
});

it('a message that is moved away and back starts nothing again where its former one is only marked as deleted', async () => {
  const mailbox = await unwatched();
  deliverAtOnce(mailbox, [withId(mailbox, 'Three chairs')]);
  await fixture.publish(mailbox, { since: 'all' });
  await fixture.untilStarted(mailbox, 1);
  await meanwhile(mailbox, () => {
    doveadm(mailbox, 'copy', 'INBOX', 'mailbox', 'INBOX', 'all');
    doveadm(mailbox, 'flags add', '\\Deleted', 'mailbox', 'INBOX', 'uid', '1');
  });
  expect(await startedUntil(mailbox, 'Then')).toEqual(['Then', 'Three chairs']);
});

describe('a message that comes after one which says the same of itself, and was moved', () => {
  const after = 'move:Done' as const;
  const verdicts = async (mailbox: TestMailbox): Promise<string[]> =>
    (await fixture.messages(app, mailbox)).map(({ verdict }) => verdict);

  it('starts its workflows, and is listed by itself', async () => {
    const mailbox = await unwatched();
    await fixture.publish(mailbox, { since: 'all', after });
    fixture.deliver(mailbox, withId(mailbox, 'FORGED'));
    await fixture.untilStarted(mailbox, 1);
    fixture.deliver(mailbox, withId(mailbox, 'The genuine order'));
    expect(await startedUntil(mailbox, 'Then')).toEqual(['FORGED', 'The genuine order', 'Then']);
    expect(await verdicts(mailbox)).toEqual(['started', 'started', 'started']);
  });

  it('starts them also where both have as many bytes', async () => {
    const mailbox = await unwatched();
    deliverAtOnce(mailbox, [withId(mailbox, 'FORGED order')]);
    await fixture.publish(mailbox, { since: 'all', after });
    await fixture.untilStarted(mailbox, 1);
    fixture.deliver(mailbox, withId(mailbox, 'Seven stools'));
    expect(await startedUntil(mailbox, 'Then')).toEqual(['FORGED order', 'Seven stools', 'Then']);
  });

  it('is listed as its duplicate where the server got both in one second with as many bytes', async () => {
    const mailbox = await unwatched();
    deliverAtOnce(mailbox, [withId(mailbox, 'FORGED order')]);
    await fixture.publish(mailbox, { since: 'all', after });
    const [first] = await fixture.untilStarted(mailbox, 1);
    await meanwhile(mailbox, () => deliverAtOnce(mailbox, [withId(mailbox, 'Seven stools')]), { after });
    expect(await startedUntil(mailbox, 'Then')).toEqual(['FORGED order', 'Then']);
    const [, duplicate, known] = await fixture.messages(app, mailbox);
    expect(known).toMatchObject({ verdict: 'started', execution_ids: [first?.execution_id] });
    expect(duplicate).toMatchObject({ verdict: 'duplicate', subject: 'New order', execution_ids: [] });
    expect(duplicate?.reason).toContain(known?.id);
  });
});

it('a message that comes back is known by a record that says neither its size nor its arrival', async () => {
  const mailbox = await unwatched();
  const after = 'move:Done' as const;
  await fixture.publish(mailbox, { since: 'all', after });
  const messages = ['Three chairs', 'Eight tables'].map((text) => withId(mailbox, text));
  deliverAtOnce(mailbox, messages);
  await fixture.untilStarted(mailbox, 2);
  const { model } = app.get(IngestedMessagesRepository);
  const owner = { organisation_id: mailbox.organisationId, mailbox_id: mailbox.id };
  const former = digest(
    JSON.stringify(['<order@example.com>', '2026-11-26T12:00:00.000Z', 'ada@example.org', 'New order']),
  );
  const keys = [former, `${former}-000000001`];
  await meanwhile(
    mailbox,
    async () => {
      const records = await model.find(owner).sort({ _id: 1 }).lean();
      for (const [index, { _id }] of records.entries())
        await model.updateOne({ _id, ...owner }, { $set: { key: keys[index] ?? '' } });
      doveadm(mailbox, 'move', 'INBOX', 'mailbox', 'Done', 'all');
    },
    { after },
  );
  expect(await startedUntil(mailbox, 'Then')).toEqual(['Eight tables', 'Then', 'Three chairs']);
  // From the former key the ids of its executions follow.
  const renewed = await model.find({ ...owner, former_key: { $exists: true } }).lean();
  expect(renewed.map(({ former_key }) => former_key).sort()).toEqual(keys);
  expect(renewed.filter(({ key }) => key.startsWith(former))).toEqual([]);
});

it('forms that are moved one after the other start each, though none has a Message-ID or a date', async () => {
  const mailbox = await unwatched();
  await fixture.publish(mailbox, { since: 'all', after: 'move:Done' });
  for (const [index, text] of ['Three chairs', 'Eight tables'].entries()) {
    fixture.deliver(mailbox, withoutId(mailbox, text));
    await fixture.untilStarted(mailbox, index + 1);
    // The server has whole seconds.
    const moved = new Date(Date.now() + 1_000);
    await waitUntil('the next second', () => new Date() > moved);
  }
  expect(await startedUntil(mailbox, 'Then')).toEqual(['Eight tables', 'Then', 'Three chairs']);
});

describe('the records of messages that are alike', () => {
  const address = { organisationId: 'org_alike', mailboxId: 'mb_alike' };
  const facts = (key: string) => ({ key: digest(key), message_id: null, sender: null, subject: null });
  const at = (uid: number, there: readonly number[] = []) => ({
    place: { numbering: 'inbox/1', uid, beside: uid },
    remaining: (uids: readonly number[]) => Promise.resolve(uids.filter((one) => there.includes(one))),
  });
  const claim = (key: string, ...found: Parameters<typeof at>): Promise<string> =>
    app
      .get(IngestedMessagesRepository)
      .claim(address, facts(key), at(...found))
      .then(({ _id }) => _id);

  it('are one for each message, whoever makes them at the same moment', async () => {
    const everybody = await Promise.all([1, 2, 3, 1, 2, 3, 1, 2, 3].map((uid) => claim('many', uid, [1, 2, 3])));
    expect(new Set(everybody).size).toBe(3);
    expect(await Promise.all([1, 2, 3].map((uid) => claim('many', uid, [1, 2, 3])))).toEqual(everybody.slice(0, 3));
    // One that is gone is the one that has come back, for everybody.
    const back = await Promise.all([4, 4, 4].map((uid) => claim('many', uid, [1, 3])));
    expect(back).toEqual([everybody[1], everybody[1], everybody[1]]);
  });

  it('are bounded', async () => {
    jest.replaceProperty(MAIL_LIMITS, 'alikeMessages', 3 as never);
    const all = [1, 2, 3, 4, 5];
    const made: string[] = [];
    for (const uid of all) made.push(await claim('bounded', uid, all));
    expect(new Set(made).size).toBe(3);
    expect(made.slice(3)).toEqual([made[2], made[2]]);
  });
});
