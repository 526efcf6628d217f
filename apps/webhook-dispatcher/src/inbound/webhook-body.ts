import { createHash } from 'node:crypto';
import { AppError, fileName, fileType, type FileFacts } from '@millrace/contracts';
import { formFields } from '@millrace/service-kit/form-fields';
import { parseJsonBody, utf8Text } from '@millrace/service-kit/request-body';
import { isJson, isText, mediaTypeOf } from './media-types.js';
import { multipartEntries, type CalledFile, type FormEntry } from './multipart-form.js';

/** What a webhook call carries. */
export interface WebhookContent {
  /** What is no value: it is stored, and the input names it. */
  readonly files: readonly CalledFile[];
  /** The workflow's `input`, with what the files are known by, in their order. */
  readonly input: (files: readonly Partial<FileFacts>[]) => unknown;
}

const FORM = 'application/x-www-form-urlencoded';

/** Whether a body of this type has no files, whatever is in it. */
export function isWithoutFiles(body: Buffer, contentType: string | undefined): boolean {
  const mediaType = mediaTypeOf(contentType);
  return (
    body.length === 0 || mediaType === '' || mediaType === FORM || isJson(mediaType) || isText(mediaType, contentType)
  );
}

/**
 * Reads the body of a webhook call by its content type: JSON as it is, forms as an object, other text as a string, and everything else as a
 * file. Without a body the query parameters are the input. Throws INVALID_JSON with the parser's position, INVALID_INPUT for a
 * form that is none or has too much, UNSUPPORTED_MEDIA_TYPE for JSON or a form in another encoding than UTF-8.
 */
export function webhookContent(call: {
  body: Buffer;
  contentType: string | undefined;
  query: Readonly<Record<string, string | string[]>>;
}): WebhookContent {
  const { body, contentType } = call;
  if (body.length === 0) return value(call.query);
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === FORM) return value(form(utf8Text(body, contentType)));
  if (mediaType === 'multipart/form-data') return multipart(multipartEntries(body, contentType ?? ''));
  if (isText(mediaType, contentType)) return value(utf8Text(body, contentType));
  if (mediaType === '' || isJson(mediaType)) return value(parseJsonBody(body, contentType));
  // Many senders name a vendor's type, or none that means anything: JSON is what webhooks are made of.
  return undeclaredJson(body) ?? file({ name: null, type: contentType ?? '', content: body });
}

/** What is known of files before they are stored. */
export function factsOf({ name, type, content }: CalledFile): Omit<FileFacts, 'id'> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { name: fileName(name), type: fileType(type), size: content.length, sha256 };
}

function value(input: unknown): WebhookContent {
  return { files: [], input: () => input };
}

function file(content: CalledFile): WebhookContent {
  return { files: [content], input: ([facts]) => ({ file: facts }) };
}

/** A name that comes more than once has a list. */
function multipart(entries: readonly FormEntry[]): WebhookContent {
  return {
    files: entries.flatMap((entry) => ('file' in entry ? [entry.file] : [])),
    input: (files) => {
      const left = [...files];
      const fields = new Map<string, unknown[]>();
      for (const entry of entries) {
        const values = fields.get(entry.name) ?? [];
        values.push('file' in entry ? { file: left.shift() } : entry.value);
        fields.set(entry.name, values);
      }
      // Unlike an assignment this makes an own property of `__proto__`.
      return Object.fromEntries(
        [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const),
      );
    },
  };
}

/** `a=1&a=2` gives a list. GitHub can send its JSON in a form field called `payload`: that is what is meant then. */
function form(text: string): unknown {
  const fields = formFields(text, 'form');
  const { payload } = fields;
  const alone = Object.keys(fields).length === 1;
  if (alone && typeof payload === 'string' && /^\s*[[{]/.test(payload)) return parseJsonBody(Buffer.from(payload));
  return fields;
}

/** Null for what is no JSON, or none that may be parsed. */
function undeclaredJson(body: Buffer): WebhookContent | null {
  if (!looksLikeJson(body)) return null;
  try {
    return value(parseJsonBody(body));
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_JSON') return null;
    throw error;
  }
}

/** Behind a byte order mark too, which is three characters in this encoding. */
function looksLikeJson(body: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*[[{]/.test(body.toString('latin1', 0, 64));
}
