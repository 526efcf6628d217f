import { AppError, LIMITS, newId, type MailSenderTest } from '@millrace/contracts';
import { parseMailbox, type Mailbox } from '@millrace/service-kit/mailbox';
import { asAppError, StepFailure } from '../steps/step-failure.js';
import { mailMessage } from './mail-message.js';
import type { Mailer } from './mailer.js';
import type { MailSender, MailSenders } from './sender.js';

/** Which sender is tried, and who gets the e-mail. */
export interface MailTestRequest {
  readonly organisationId: string;
  readonly name: string;
  readonly to: string;
}

/** Tries a sender by sending an e-mail, as its owner's steps would. Throws AppError. */
export class MailTest {
  constructor(
    private readonly mailer: Pick<Mailer, 'send'>,
    private readonly senders: MailSenders,
    private readonly limitMs: number = LIMITS.mailTestMs,
  ) {}

  async run({ organisationId, name, to }: MailTestRequest): Promise<MailSenderTest> {
    const recipient = mailboxOf(to);
    const sender = await this.senders.find(organisationId, name).catch(withoutName);
    const signal = AbortSignal.timeout(this.limitMs);
    const slow = new StepFailure(
      'EMAIL_FAILED',
      `The e-mail was not sent within ${this.limitMs} ms: the server is slow, or the sender has sent as much as it may in this minute`,
    );
    let late = slow;
    try {
      const sent = await this.mailer.send(sender, () => testMessage(sender, recipient), {
        organisationId,
        signal,
        timeoutMs: this.limitMs,
        repeatWhenUnsure: false,
        // It says of turns what there is to say itself.
        failTimeoutWith: (failure) =>
          (late = failure === undefined || failure.code === 'STEP_TIMEOUT' ? slow : failure),
      });
      return { message_id: sent.messageId, accepted: [...sent.accepted], rejected: [...sent.rejected] };
    } catch (error) {
      throw asAppError(signal.aborted ? late : error);
    }
  }
}

/** Who calls knows the name; the answer is the same for all that are not there. */
function withoutName(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'MAIL_SENDER_NOT_FOUND') throw error;
  throw new AppError(error.code, { details: error.details ?? {} });
}

function testMessage({ from, label }: MailSender, to: Mailbox) {
  const content = {
    ...{ from, to: [to], cc: [], bcc: [], replyTo: [] },
    subject: 'Test of a mail sender',
    body: `The mail sender ${label} works: somebody asked for this e-mail to try it.`,
    html: undefined,
  };
  return mailMessage(content, newId('sender'), Date.now());
}

function mailboxOf(text: string): Mailbox {
  const mailbox = parseMailbox(text);
  if (!('problem' in mailbox)) return mailbox;
  throw new AppError('INVALID_INPUT', {
    message: `The member "to" ${mailbox.problem}`,
    details: { issues: [{ path: 'to', message: mailbox.problem }] },
  });
}
