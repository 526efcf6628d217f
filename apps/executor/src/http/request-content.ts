import { createHash } from 'node:crypto';
import { fileName, fileType } from '@millrace/contracts';
import type { RequestBody } from '@millrace/service-kit/safe-http';
import type { CallFiles, OpenFile } from '../files/execution-files.js';

/** One part of a multipart body: a text or a file. */
export interface RenderedPart {
  readonly name: string;
  readonly value?: string | undefined;
  readonly file?: unknown;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
}

/** What the config says that is sent. */
export type RenderedBody =
  | { readonly kind: 'text'; readonly text: string; readonly type: string }
  | { readonly kind: 'file'; readonly file: unknown }
  | { readonly kind: 'multipart'; readonly parts: readonly RenderedPart[] };

/** A body, and its media type where the config has none. */
export interface RequestContent {
  readonly body: RequestBody;
  readonly type: string;
}

/** The body of a request; files are opened, and read when they are sent. `key`: of the call, so that each attempt sends the same bytes. */
export async function contentOfBody(body: RenderedBody, files: CallFiles, key: string): Promise<RequestContent> {
  if (body.kind === 'text') return { body: body.text, type: body.type };
  if (body.kind === 'multipart') return multipart(body.parts, files, key);
  const file = await files.open(body.file, 'file');
  return { body: { length: file.size, open: () => file.read() }, type: file.type };
}

/** Piece by piece: texts, and files that are read when it is their turn. */
type Segment = Buffer | OpenFile;

async function multipart(parts: readonly RenderedPart[], files: CallFiles, key: string): Promise<RequestContent> {
  const boundary = `millrace-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
  const segments: Segment[] = [];
  for (const [index, part] of parts.entries()) {
    const file = part.file === undefined ? undefined : await files.open(part.file, `multipart[${index}].file`);
    segments.push(Buffer.from(headOf(boundary, part, file)), file ?? Buffer.from(part.value ?? ''), CRLF);
  }
  segments.push(Buffer.from(`--${boundary}--\r\n`));
  const length = segments.reduce((sum, one) => sum + (Buffer.isBuffer(one) ? one.length : one.size), 0);
  return { body: { length, open: () => read(segments) }, type: `multipart/form-data; boundary=${boundary}` };
}

const CRLF = Buffer.from('\r\n');

async function* read(segments: readonly Segment[]): AsyncGenerator<Uint8Array> {
  for (const segment of segments) {
    if (Buffer.isBuffer(segment)) yield segment;
    else yield* segment.read();
  }
}

function headOf(boundary: string, part: RenderedPart, file: OpenFile | undefined): string {
  const name = fileName(part.filename) ?? (file === undefined ? undefined : (file.name ?? 'file'));
  const disposition = `form-data; name="${quoted(part.name)}"${name === undefined ? '' : `; filename="${quoted(name)}"`}`;
  const given = part.contentType === undefined ? file?.type : fileType(part.contentType);
  const type = given === undefined ? '' : `Content-Type: ${given}\r\n`;
  return `--${boundary}\r\nContent-Disposition: ${disposition}\r\n${type}\r\n`;
}

/** As browsers do it: a line break or quotation mark would end the name. */
function quoted(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22');
}
