import { LIMITS } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { ConfigOf } from '@millrace/schema';
import { answeredField } from '../mail/answered-message.js';
import { mailInvalid } from '../mail/mail-invalid.js';
import { attachmentsField, openAttachments, type RenderedAttachment } from '../mail/mail-attachments.js';
import { mailMessage, type MailContent } from '../mail/mail-message.js';
import { mailboxField } from '../mail/mailbox-field.js';
import type { Mailbox } from '@millrace/service-kit/mailbox';
import type { Mailer } from '../mail/mailer.js';
import type { MarkdownThreads } from '../mail/markdown-threads.js';
import type { MailSender, MailSenders } from '../mail/sender.js';
import { templateField } from './fields.js';
import type { EffectCall, EffectHandler, Evaluate } from './step-handler.js';

type Config = ConfigOf<'email'>;

/** What the step reaches the outside with. */
export interface EmailStepNeeds {
  readonly mailer: Pick<Mailer, 'send'>;
  readonly senders: MailSenders;
  readonly markdown: Pick<MarkdownThreads, 'html'>;
}

/** An e-mail whose sender is not known yet. */
type Rendered = Omit<MailContent, 'from' | 'attachments'> & {
  readonly from: Mailbox | undefined;
  readonly markdown: string | undefined;
  readonly attached: readonly RenderedAttachment[];
};

/** Output: `{message_id, accepted, rejected}`; the last two are addresses. */
export const email = (needs: EmailStepNeeds): EffectHandler<'email'> => ({
  kind: 'effect',
  compile(config) {
    const render = compileContent(config);
    return (scope, options) => {
      const content = render(scope, options);
      check(content);
      return (call) => send(needs, config, content, call);
    };
  },
});

async function send(needs: EmailStepNeeds, config: Config, content: Rendered, call: EffectCall): Promise<unknown> {
  const sender = await needs.senders.find(call.organisationId, config.sender);
  const from = fromOf(sender, content.from);
  const { markdown, body = markdown } = content;
  // Before it is the e-mail's turn: one that cannot be sent takes none.
  const html =
    markdown === undefined ? content.html : await needs.markdown.html(call.organisationId, markdown, call.signal);
  const build = async () => {
    const attachments = await openAttachments(content.attached, call.files);
    return mailMessage({ ...content, body, html, from, attachments }, call.idempotencyKey, call.firstStartedAt);
  };
  const sent = await needs.mailer.send(sender, build, { ...call, repeatWhenUnsure: config.repeat_when_unsure });
  return { message_id: sent.messageId, accepted: sent.accepted, rejected: sent.rejected };
}

function compileContent(config: Config): Evaluate<Rendered> {
  const to = mailboxField(config.to, 'to');
  const cc = mailboxField(config.cc, 'cc');
  const bcc = mailboxField(config.bcc, 'bcc');
  const replyTo = mailboxField(config.reply_to, 'reply_to');
  const from = mailboxField(config.from, 'from');
  const thread = answeredField(config.reply_to_message);
  const subject = textField(config.subject, 'subject');
  const body = textField(config.body, 'body');
  const html = textField(config.html, 'html');
  const markdown = textField(config.markdown, 'markdown');
  const attached = attachmentsField(config.attachments);
  return (scope, options) => ({
    to: to(scope, options),
    cc: cc(scope, options),
    bcc: bcc(scope, options),
    replyTo: replyTo(scope, options),
    thread: thread(scope, options),
    from: from(scope, options)[0],
    // A line break would be the end of the header; models like to write one behind a title.
    subject: (subject(scope, options) ?? '').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(),
    body: body(scope, options),
    html: html(scope, options),
    markdown: markdown(scope, options),
    attached: attached(scope, options),
  });
}

/** A text; what an expression gives that is none is written as JSON. */
function textField(text: string | undefined, field: string): Evaluate<string | undefined> {
  if (text === undefined) return () => undefined;
  const valueOf = templateField(text, field);
  return (scope, options) => {
    const value = valueOf(scope, options);
    if (typeof value === 'string') return value;
    return value === null || value === undefined ? '' : stringifyJson(value, undefined, 2);
  };
}

/** All that is bounded, before anything is made of it. */
function check({ to, cc, bcc, subject, body = '', html = '', markdown = '' }: Rendered): void {
  const recipients = to.length + cc.length + bcc.length;
  if (recipients === 0) throw mailInvalid('to', 'The e-mail has no recipient: config.to, cc and bcc are empty');
  if (recipients > LIMITS.mailRecipients)
    throw tooMuch('to', `${recipients} recipients`, LIMITS.mailRecipients, 'send several e-mails, by a loop');
  if (subject.length > LIMITS.mailSubjectCharacters)
    throw tooMuch('subject', `${subject.length} characters`, LIMITS.mailSubjectCharacters, 'shorten it');
  if (markdown.length > LIMITS.mailMarkdownCharacters)
    throw tooMuch('markdown', `${markdown.length} characters`, LIMITS.mailMarkdownCharacters, 'shorten it');
  const bytes = [body, html, markdown].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > LIMITS.mailTextBytes)
    throw tooMuch('body', `${bytes} bytes with config.html and markdown`, LIMITS.mailTextBytes, 'send a link to it');
}

function tooMuch(field: string, what: string, limit: number, cure: string): Error {
  return mailInvalid(field, `config.${field} has ${what}, more than ${limit}: ${cure}`, { limit });
}

/** Whoever shares the installation's account speaks by its address, under a name of their own if they like. */
function fromOf(sender: MailSender, wanted: Mailbox | undefined): Mailbox {
  if (wanted === undefined) return sender.from;
  if (sender.organisationId !== null || wanted.address === sender.from.address) return wanted;
  throw mailInvalid(
    'from',
    `config.from is ${wanted.address}, but the sender of this installation sends by ${sender.from.address} only: leave it out, or name a sender of the organisation`,
  );
}
