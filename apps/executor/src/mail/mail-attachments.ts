import { Readable } from 'node:stream';
import { fileName, fileType, LIMITS } from '@millrace/contracts';
import type { ConfigOf } from '@millrace/schema';
import type { CallFiles, OpenFile } from '../files/execution-files.js';
import { asText } from '../http/fields-of-request.js';
import { valueField } from '../steps/fields.js';
import type { Evaluate } from '../steps/step-handler.js';
import { mailInvalid } from './mail-invalid.js';

/** A file that is attached, and by what name and type where these are not its own. */
export interface MailAttachment {
  readonly file: OpenFile;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
}

/** An attachment whose file is not opened yet. */
export type RenderedAttachment = Omit<MailAttachment, 'file'> & { readonly value: unknown };

/** The field `attachments` of an e-mail. */
export function attachmentsField(config: ConfigOf<'email'>['attachments']): Evaluate<readonly RenderedAttachment[]> {
  const entries = config === undefined ? [] : [config].flat();
  const values = entries.map((entry) => valueField(entry, 'attachments'));
  return (scope, options) =>
    values.flatMap((valueOf, index) => {
      const value = valueOf(scope, options);
      return typeof entries[index] === 'string' ? filesIn(value).map(plain) : [named(value)];
    });
}

/** A value of an expression is one file, or an array of them. */
function filesIn(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function plain(value: unknown): RenderedAttachment {
  return { value, filename: undefined, contentType: undefined };
}

function named(value: unknown): RenderedAttachment {
  const { file, filename, content_type } = value as Readonly<Record<string, unknown>>;
  return {
    value: file,
    filename: filename === undefined ? undefined : asText(filename, 'attachments.filename'),
    contentType: content_type === undefined ? undefined : asText(content_type, 'attachments.content_type'),
  };
}

/** Opens the files. Throws StepFailure EMAIL_INVALID when they are too many or too large together, and what `open` throws. */
export async function openAttachments(
  rendered: readonly RenderedAttachment[],
  files: CallFiles,
): Promise<MailAttachment[]> {
  const { mailAttachments, mailAttachmentBytes } = LIMITS;
  if (rendered.length > mailAttachments)
    throw mailInvalid('attachments', `config.attachments has ${rendered.length} files, more than ${mailAttachments}`, {
      limit: mailAttachments,
    });
  const attachments: MailAttachment[] = [];
  let bytes = 0;
  for (const { value, ...rest } of rendered) {
    const file = await files.open(value, 'attachments');
    bytes += file.size;
    if (bytes > mailAttachmentBytes)
      throw mailInvalid(
        'attachments',
        `The files of config.attachments have more than ${mailAttachmentBytes} bytes together: send a link to them`,
        { limit: mailAttachmentBytes },
      );
    attachments.push({ file, ...rest });
  }
  return attachments;
}

/** An attachment as the library takes it. In base64, whatever it is: no line break of it changes on the way. */
export function attachmentOf({ file, filename, contentType }: MailAttachment): object {
  const type = contentType === undefined ? file.type : fileType(contentType);
  return {
    filename: fileName(filename) ?? file.name ?? 'attachment',
    // These would be parts of the message, and not files.
    contentType: /^(?:multipart|message)\//i.test(type) ? 'application/octet-stream' : type,
    contentDisposition: 'attachment',
    contentTransferEncoding: 'base64',
    content: Readable.from(file.read(), { objectMode: false }),
  };
}
