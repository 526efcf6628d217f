import { AppError, CreateApprovalLink, GetCapabilities, LIMITS, MASK, shortened } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import { parseMailbox, type Mailbox } from '@millrace/service-kit/mailbox';
import type { Announcement } from '../steps/step-handler.js';
import { StepFailure } from '../steps/step-failure.js';
import { mailMessage } from './mail-message.js';
import type { Mailer } from './mailer.js';
import type { MailSender, MailSenders } from './sender.js';

/** Sends approvers the link by which they decide. The link is in the mail and nowhere else: `history` keeps a hash of it. */
export class ApprovalMailer {
  constructor(
    private readonly bus: Pick<Bus, 'request'>,
    private readonly mailer: Pick<Mailer, 'send'>,
    private readonly senders: MailSenders,
  ) {}

  /** Resolves with the Message-ID, which is the same for each attempt. Rejects with a StepFailure, or with the reason of the signal. */
  async send(announcement: Announcement): Promise<string> {
    const { organisationId, asked, to, signal } = announcement;
    const recipient = recipientOf(to);
    const sender = await this.senders.find(organisationId, asked.mail?.sender);
    const link = await this.#link(announcement);
    try {
      const sent = await this.mailer.send(sender, () => approvalMessage(announcement, sender, recipient, link), {
        organisationId,
        signal,
        timeoutMs: null,
        repeatWhenUnsure: false,
        failTimeoutWith: () => undefined,
      });
      return sent.messageId;
    } catch (error) {
      // Some servers repeat what they do not take.
      throw signal.aborted ? error : withoutLink(error, link.token);
    }
  }

  /** One of the approver's own, for this mail. Links that were made for one that did not leave stay valid: an approver decides once, by whichever. */
  async #link({ organisationId, asked, to }: Announcement): Promise<Link> {
    const organisation_id = organisationId;
    const question = { organisation_id, approval_id: asked.id, approver: to, mailed: true };
    const [{ link_token: token }, { public_url }] = await Promise.all([
      this.bus.request(CreateApprovalLink, question).catch(rethrowWhatPasses),
      this.bus.request(GetCapabilities, { organisation_id }),
    ]);
    return { token, url: `${public_url}/v1/approvals/${asked.id}/links/${token}` };
  }
}

interface Link {
  readonly token: string;
  readonly url: string;
}

/** A copy of the journal that is a little late does not have the approval yet, which its run has written there before. */
function rethrowWhatPasses(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'APPROVAL_NOT_FOUND') throw error;
  const { code, message, details = {} } = error;
  throw new StepFailure(code, message, { details, retryable: true, cause: error });
}

function recipientOf(to: string): Mailbox {
  const mailbox = parseMailbox(to);
  if (!('problem' in mailbox)) return mailbox;
  throw new StepFailure('EMAIL_INVALID', `The approver ${shortened(to, 100)} ${mailbox.problem}`);
}

function approvalMessage(announcement: Announcement, { from }: MailSender, to: Mailbox, { url }: Link) {
  const { asked, number, at } = announcement;
  const wanted = asked.mail?.subject ?? `To approve: ${asked.message}`;
  const subject = shortened(`${number === 0 ? '' : 'Reminder: '}${wanted}`, LIMITS.mailSubjectCharacters);
  const content = {
    ...{ from, to: [to], cc: [], bcc: [], replyTo: [] },
    // A line break would be the end of the header.
    subject: subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(),
    body: textOf(announcement, url),
    html: undefined,
  };
  return mailMessage(content, `${asked.id}:${announcement.to}:${number}`, at);
}

function textOf({ asked, until, number }: Announcement, url: string): string {
  const reminder = number === 0 ? [] : ['This still waits for you.'];
  return [
    ...reminder,
    asked.message,
    ...(asked.data === undefined ? [] : [dataText(asked.data)]),
    `Decide here${until === null ? '' : `, until ${until}`}:`,
    url,
    'Opening the page decides nothing; its buttons do. The link is yours: whoever has it decides in your name.',
  ].join('\n\n');
}

/** Objects as lines of `name: value`; anything else as it is. */
function dataText(data: unknown): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return shown(data);
  return Object.entries(data)
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .join('\n');
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : stringifyJson(value, undefined, 2);
}

function withoutLink(error: unknown, token: string): StepFailure {
  const { code, message, details, retryable, askedDelayMs } = StepFailure.from(error);
  const masked = Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(token, MASK) : value,
    ]),
  );
  return new StepFailure(code, message.replaceAll(token, MASK), { details: masked, retryable, askedDelayMs });
}
