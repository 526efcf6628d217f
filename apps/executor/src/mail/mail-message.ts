import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { domainOf, type Mailbox } from '@millrace/service-kit/mailbox';
import type { Thread } from './answered-message.js';
import { attachmentOf, type MailAttachment } from './mail-attachments.js';
import { lateImport } from '../late-import.js';

const mailComposer = lateImport(() => import('nodemailer/lib/mail-composer'));

/** What an e-mail says, and to whom. */
export interface MailContent {
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  /** What it replies to; nothing by default. */
  readonly thread?: Thread | undefined;
  readonly subject: string;
  readonly body: string | undefined;
  readonly html: string | undefined;
  /** None by default. */
  readonly attachments?: readonly MailAttachment[];
}

/** An e-mail as it goes to a server. */
export interface MailMessage {
  /** With its angle brackets. */
  readonly messageId: string;
  readonly envelope: { readonly from: string; readonly to: string[] };
  /** Its bytes; of one with attachments a stream of them, anew for each attempt. */
  readonly raw: Buffer | (() => Readable);
}

/**
 * The bytes of an e-mail: the same at every attempt, since all that is not in the content comes of the step's idempotency key
 * and the time of its first attempt. A server or reader that keeps its Message-ID can recognise a repetition.
 */
export async function mailMessage(content: MailContent, key: string, firstStartedAt: number): Promise<MailMessage> {
  const { default: MailComposer } = await mailComposer();
  const { from, to, cc, bcc, replyTo, thread, subject, body: text, html, attachments = [] } = content;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const messageId = `<${hash}@${domainOf(from)}>`;
  // Member by member: an object of somebody else's could name files to read or headers to add.
  const compiled = () =>
    new MailComposer({
      messageId,
      date: new Date(firstStartedAt),
      from: { ...from },
      to: to.map((one) => ({ ...one })),
      cc: cc.map((one) => ({ ...one })),
      replyTo: replyTo.map((one) => ({ ...one })),
      ...(thread === undefined ? {} : { inReplyTo: thread.inReplyTo, references: [...thread.references] }),
      subject,
      ...(text === undefined ? {} : { text }),
      ...(html === undefined ? {} : { html }),
      // No holiday notice replies to them, and no mailbox that we watch starts a workflow by them.
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'X-Workflow-Run': hash.slice(0, 16),
      },
      disableFileAccess: true,
      disableUrlAccess: true,
      baseBoundary: hash,
      attachments: attachments.map(attachmentOf),
    }).compile();
  const recipients = new Set([...to, ...cc, ...bcc].map(({ address }) => address));
  return {
    messageId,
    envelope: { from: from.address, to: [...recipients] },
    raw: attachments.length > 0 ? () => compiled().createReadStream() : await compiled().build(),
  };
}
