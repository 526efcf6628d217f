import {
  DeleteMailSender,
  GetMailSender,
  ListMailSenders,
  mailSenderEndpoints,
  PutMailSender,
  TestMailSender,
} from '@millrace/contracts';

/** What the owners of mail senders answer to each question. */
export const MAIL_SENDER_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [ListMailSenders, () => mailSenderEndpoints.list.answer.example],
  [GetMailSender, () => mailSenderEndpoints.get.answer.example],
  [PutMailSender, () => mailSenderEndpoints.put.answer.example],
  [DeleteMailSender, () => ({ name: 'support', deleted: true })],
  [TestMailSender, () => mailSenderEndpoints.test.answer.example],
];

/** A call of each endpoint of mail senders, with the status of its answer. */
export const MAIL_SENDER_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['GET', '/v1/mail/senders?limit=5&starting_after=a', 200],
  ['GET', '/v1/mail/senders/support', 200],
  ['PUT', '/v1/mail/senders/support', 200, '{"host":"smtp.example.com","from":"a@example.com"}'],
  ['POST', '/v1/mail/senders/support/test', 200, '{"to":"ada@example.com"}'],
  ['DELETE', '/v1/mail/senders/support', 204],
];
