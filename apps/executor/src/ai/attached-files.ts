import { LIMITS, type AiProviderType } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import type { ConfigOf } from '@millrace/schema';
import type { OpenFile } from '../files/execution-files.js';
import { valueField } from '../steps/fields.js';
import { StepFailure } from '../steps/step-failure.js';
import type { EffectCall, Evaluate } from '../steps/step-handler.js';
import type { ChosenModel } from './model-choice.js';
import { pdfPages } from './pdf-pages.js';

/** A file that a model looks at. */
export interface AttachedFile {
  readonly name: string | null;
  /** `image/…`, or `application/pdf`. */
  readonly type: string;
  readonly content: Uint8Array;
  /** How many tokens a model reads of it, about: no fewer than it will, of a file that does not mean to deceive. */
  readonly tokens: number;
}

/** What is sent to providers of all types. */
const IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const PDF = 'application/pdf';
/** Types of providers whose API has no form for a PDF. */
const WITHOUT_PDF: ReadonlySet<AiProviderType> = new Set(['ollama']);

/** An image is made smaller before a model looks at it, so that it has no more tokens than these. */
const MOST_IMAGE_TOKENS = 6_000;
/** A page is read as its text and as an image. */
const PAGE_TOKENS = 3_000;
/** Of a page with more text than that: it has some 30 KB, and fewer when it is compressed well. */
const PDF_BYTES_PER_TOKEN = 8;
const LEAST_PDF_TOKENS = 10_000;
/** As many as providers take at most, or little less: of a file whose pages cannot be counted. */
const UNKNOWN_PAGES = 100;
/** No model reads more. */
const MOST_PDF_TOKENS = 1_000_000;

/** The field `attachments` of an AI step, as values that name files. */
export function attachmentsField(config: ConfigOf<'ai_completion'>['attachments']): Evaluate<readonly unknown[]> {
  const values = (config === undefined ? [] : [config].flat()).map((entry) => valueField(entry, 'attachments'));
  return (scope, options) =>
    values
      .flatMap((valueOf) => valueOf(scope, options))
      // A value of an expression is one file, an array of them, or nothing.
      .filter((value) => value !== null && value !== undefined);
}

/** Why a provider cannot be sent the files: AI_REQUEST_REFUSED, or null when it can. */
export function refusalOf({ provider, model }: ChosenModel, files: readonly AttachedFile[]): StepFailure | null {
  const unread = WITHOUT_PDF.has(provider.type) ? files.find(({ type }) => type === PDF) : undefined;
  if (unread === undefined) return null;
  const message =
    `The provider "${provider.name}" is of the type ${provider.type}, whose API takes images and no PDF: ` +
    'attach images of its pages, or ask a model of another provider';
  return new StepFailure('AI_REQUEST_REFUSED', message, {
    details: { provider: provider.name, model, field: 'config.attachments', type: unread.type },
  });
}

/** How many tokens a model reads of a file; see {@link AttachedFile}. */
export async function tokensOf(type: string, content: Uint8Array): Promise<number> {
  if (type !== PDF) return MOST_IMAGE_TOKENS;
  const pages = (await pdfPages(content)) ?? UNKNOWN_PAGES;
  const read = Math.max(LEAST_PDF_TOKENS, pages * PAGE_TOKENS, Math.ceil(content.length / PDF_BYTES_PER_TOKEN));
  return Math.min(read, MOST_PDF_TOKENS);
}

/** Reads what is attached to calls of models, for only so many of them at the same time: a call has its files in memory as long as it is made. */
export class AttachedFiles {
  readonly #gate = new Gate(LIMITS.aiLargeCallsAtOnce);

  /**
   * Makes a call with the files that values name. Throws StepFailure EXPRESSION_FAILED for files of other types, for too many, and for more bytes than may be sent, what
   * `open` throws, and what the call throws.
   */
  async during<Result>(
    values: readonly unknown[],
    call: Pick<EffectCall, 'files' | 'organisationId' | 'stop'>,
    make: (files: readonly AttachedFile[]) => Promise<Result>,
  ): Promise<Result> {
    if (values.length === 0) return make([]);
    const opened = await openAll(values, call);
    const bytes = opened.reduce((sum, { size }) => sum + size, 0);
    if (bytes <= LIMITS.aiSmallAttachmentBytes) return make(await readAll(opened));
    const leave = await this.#gate.enter(call.organisationId);
    try {
      if (call.stop.aborted) throw call.stop.reason;
      return await make(await readAll(opened));
    } finally {
      leave();
    }
  }
}

async function openAll(values: readonly unknown[], { files }: Pick<EffectCall, 'files'>): Promise<readonly OpenFile[]> {
  const { aiAttachments, aiAttachmentBytes } = LIMITS;
  if (values.length > aiAttachments)
    throw unusable(`has ${values.length} files, more than ${aiAttachments}`, { limit: aiAttachments });
  const opened: OpenFile[] = [];
  let bytes = 0;
  for (const value of values) {
    const file = await files.open(value, 'attachments');
    if (!IMAGES.has(file.type) && file.type !== PDF)
      throw unusable(`has a file of the type ${file.type}; models read PNG, JPEG, GIF, WebP and PDF`, {
        type: file.type,
      });
    bytes += file.size;
    if (bytes > aiAttachmentBytes)
      throw unusable(`has files with more than ${aiAttachmentBytes} bytes together`, {
        limit_bytes: aiAttachmentBytes,
      });
    opened.push(file);
  }
  return opened;
}

/** One after the other, so that only whole files are in memory. */
async function readAll(opened: readonly OpenFile[]): Promise<readonly AttachedFile[]> {
  const files: AttachedFile[] = [];
  for (const file of opened) {
    const pieces: Uint8Array[] = [];
    for await (const piece of file.read()) pieces.push(piece);
    const content = Buffer.concat(pieces);
    files.push({ name: file.name, type: file.type, content, tokens: await tokensOf(file.type, content) });
  }
  return files;
}

function unusable(what: string, details: Readonly<Record<string, unknown>>): StepFailure {
  return new StepFailure('EXPRESSION_FAILED', `config.attachments ${what}`, {
    details: { field: 'config.attachments', ...details },
  });
}
