import {
  CreateMailbox,
  DeleteMailbox,
  GetMailbox,
  GetMailboxHealth,
  ListMailboxes,
  ListMailboxMessages,
  mailboxEndpoints,
  TestMailbox,
  UpdateMailbox,
} from '@millrace/contracts';

const { health, ...mailbox } = mailboxEndpoints.get.answer.example;
/** A mailbox as its owner keeps it; its health is known where it is watched. */
export const MAILBOX = mailbox;
const REQUEST = {
  address: 'support@example.com',
  imap: { host: 'imap.example.com', user: 'support', auth: { secret: 'correct-horse' } },
};

/** What the owners of mailboxes answer to each question. */
export const MAILBOX_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [ListMailboxes, () => ({ mailboxes: [mailbox], next_cursor: null, has_more: false })],
  [CreateMailbox, () => mailbox],
  [GetMailbox, () => mailbox],
  [UpdateMailbox, () => mailbox],
  [DeleteMailbox, () => ({ id: mailbox.id, deleted: true })],
  [GetMailboxHealth, () => ({ health: { [mailbox.id]: health } })],
  [ListMailboxMessages, () => mailboxEndpoints.messages.answer.example],
  [TestMailbox, () => mailboxEndpoints.test.answer.example],
];

/** A call of each endpoint of mailboxes, with the status of its answer. */
export const MAILBOX_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['GET', `/v1/mailboxes?limit=5&starting_after=${mailbox.id}`, 200],
  ['POST', '/v1/mailboxes', 201, JSON.stringify(REQUEST)],
  ['GET', `/v1/mailboxes/${mailbox.id}`, 200],
  ['PATCH', `/v1/mailboxes/${mailbox.id}`, 200, '{"after":"seen"}'],
  ['GET', `/v1/mailboxes/${mailbox.id}/messages?limit=5`, 200],
  ['POST', `/v1/mailboxes/${mailbox.id}/test`, 200, '{"imap":{"folder":"Orders"}}'],
  ['DELETE', `/v1/mailboxes/${mailbox.id}`, 204],
];
