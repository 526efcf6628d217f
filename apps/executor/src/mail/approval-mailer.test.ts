import { AppError, CreateApprovalLink } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { ApprovalMailer } from './approval-mailer.js';

/** Has links refused so, and serves what else is asked. */
function mailer(refusal: AppError) {
  const request = (message: unknown) =>
    message === CreateApprovalLink ? Promise.reject(refusal) : Promise.resolve({ public_url: 'https://mill.example' });
  const bus = { request } as unknown as Pick<Bus, 'request'>;
  const sent: unknown[] = [];
  const send = () => Promise.resolve({ messageId: String(sent.push(0)) });
  const senders = { find: () => Promise.resolve({}) };
  return { sent, mails: new ApprovalMailer(bus, { send } as never, senders as never) };
}

const asked = {
  ...{ id: 'appr_1', message: 'Pay?', approvers: ['ada@example.com'], required: 1 },
  ...({ mail: {}, on_rejection: 'fail', on_expiry: 'fail' } as const),
};
const announcement = {
  ...{ organisationId: 'org_1', asked, to: 'ada@example.com', number: 0, at: 0, until: null },
  signal: new AbortController().signal,
};

it.each([
  ['APPROVAL_NOT_FOUND', 'is tried again: who makes links may see the approval a little later', true],
  ['APPROVAL_DECIDED', 'is not: it stays decided', false],
] as const)('a mail whose link is refused with %s %s', async (code, _, retryable) => {
  const { mails, sent } = mailer(new AppError(code));
  const failure: unknown = await mails.send(announcement).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect((failure as { retryable?: boolean }).retryable ?? false).toBe(retryable);
  expect(sent).toEqual([]);
});
