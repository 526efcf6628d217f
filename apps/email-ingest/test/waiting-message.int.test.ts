import type { INestMicroservice } from '@nestjs/common';
import { AppError, derivedId, LIMITS, STREAMS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { MessageHead } from '../src/imap/message-head.js';
import { MAIL_LIMITS } from '../src/limits.js';
import { MailboxDirectory } from '../src/mailboxes/mailbox-directory.js';
import { IngestedMessagesRepository } from '../src/messages/ingested-messages.repository.js';
import { MessageIntake } from '../src/messages/message-intake.js';
import { aMessage, IngestFixture } from './ingest.fixture.js';

let fixture: IngestFixture;
let app: INestMicroservice;
beforeAll(async () => {
  fixture = await IngestFixture.open();
  app = await fixture.start();
}, 180_000);
afterEach(() => jest.restoreAllMocks());
afterAll(() => fixture.stop());

/** Small messages are fetched as a whole. */
const notAsked = (): never => {
  throw new Error('Its parts are not asked for');
};

const at = {
  place: { numbering: 'inbox/1', uid: 1, beside: 1 },
  remaining: (uids: readonly number[]) => Promise.resolve([...uids]),
};

it('starts no workflow again by a message that has started it, however long the message has waited for others', async () => {
  const { id, address, organisationId, workflowId } = await fixture.mailbox({ port: 9 });
  const mailbox = (await app.get(MailboxDirectory).mailboxes()).find((one) => one.id === id);
  if (mailbox === undefined) throw new Error('The mailbox is not known');
  const source = Buffer.from(aMessage(address, 'Waits'));
  const head: MessageHead = {
    ...{ uid: 1, size: source.length, arrivedAt: null, messageId: '<1@example.org>', date: null },
    ...{ from: 'ada@example.org', fromName: '', subject: 'Waits', recipients: [address], fields: new Map() },
  };
  const [intake, messages] = [app.get(MessageIntake), app.get(IngestedMessagesRepository)];
  const failing = { mailbox, head, at, parts: notAsked, source: () => Promise.reject(new Error('not now')) };
  await expect(intake.take(failing)).rejects.toThrow('not now');
  const found = await messages.model.findOne({ mailbox_id: id }).lean().orFail().exec();
  const parts = [organisationId, 'email', id, found.key, workflowId] as const;
  const executionId = derivedId('execution', found.seen_at.getTime(), parts);
  await messages.noteStarted(found, executionId);
  const long = new Date(Date.now() - 2 * MAIL_LIMITS.knownMs);
  await messages.model.updateOne({ _id: found._id, organisation_id: organisationId }, { seen_at: long }).exec();
  await messages.prune();
  await messages.model
    .updateOne({ _id: found._id, organisation_id: organisationId }, { seen_at: found.seen_at })
    .exec();
  await intake.take({ mailbox, head, at, parts: notAsked, source: () => Promise.resolve(source) });
  expect(await messages.model.findOne({ mailbox_id: id }).lean().exec()).toMatchObject({
    _id: found._id,
    verdict: 'started',
    execution_ids: [executionId],
  });
  expect(await fixture.starts({ id, address, organisationId, workflowId, user: '' })).toEqual([]);
});

it('stores no attachment while there is no room for the start, and all of them later', async () => {
  const { id, address, organisationId, workflowId } = await fixture.mailbox({ port: 9 });
  const mailbox = (await app.get(MailboxDirectory).mailboxes()).find((one) => one.id === id);
  if (mailbox === undefined) throw new Error('The mailbox is not known');
  const part = ['--x', 'Content-Type: application/pdf', 'Content-Disposition: attachment; filename="a.pdf"', '', 'PDF'];
  const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const source = Buffer.from(aMessage(address, 'Full', { headers, body: [...part, '--x--'].join('\r\n') }));
  const head: MessageHead = {
    ...{ uid: 2, size: source.length, arrivedAt: null, messageId: '<2@example.org>', date: null },
    ...{ from: 'ada@example.org', fromName: '', subject: 'Full', recipients: [address], fields: new Map() },
  };
  const { room, files } = app.get<Bus>(BUS);
  const stored = jest.spyOn(files, 'store');
  const full = [
    jest.spyOn(room, 'accepts').mockImplementation((stream) => stream !== STREAMS.runs),
    jest.spyOn(room, 'refusal', 'get').mockReturnValue(new AppError('STORAGE_FULL')),
  ];
  const found = { mailbox, head, at, parts: notAsked, source: () => Promise.resolve(source) };
  await expect(app.get(MessageIntake).take(found)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  expect(stored).not.toHaveBeenCalled();
  full.forEach((one) => one.mockRestore());
  const charge = jest.spyOn(app.get(StorageQuota), 'charge');
  await app.get(MessageIntake).take(found);
  expect(stored).toHaveBeenCalledTimes(1);
  for (const bytes of [LIMITS.fileOverheadBytes, 'PDF'.length])
    expect(charge).toHaveBeenCalledWith(organisationId, bytes);
  expect(await fixture.starts({ id, address, organisationId, workflowId, user: '' })).toHaveLength(1);
});
