import { AppError, JsonTally, LIMITS } from '@millrace/contracts';
import { parseJsonBody, utf8Text } from '@millrace/service-kit/request-body';
import {
  MaxHeaderSizeExceededError,
  MaxPartsExceededError,
  MultipartParseError,
  parseMultipart,
  type MultipartPart,
} from '@remix-run/multipart-parser';
import { isJson, isText, mediaTypeOf } from './media-types.js';

/** A file as it came with a call. */
export interface CalledFile {
  readonly name: string | null;
  readonly type: string;
  readonly content: Uint8Array;
}

/** A field of a form: a value, or a file. */
export type FormEntry = { readonly name: string } & ({ readonly value: unknown } | { readonly file: CalledFile });

/** A boundary has 70 characters at most (RFC 2046, 5.1.1). */
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s";]{1,70})(?:[\s;]|$))/i;
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))/g;
/** What browsers write in the place of quotes and line breaks (RFC 7578, 2). */
const ESCAPED = /\\(["\\])|%(22|0[AaDd])/g;

/**
 * Reads `multipart/form-data`. A part with a file name is a file, also an empty one; so is one without whose media type is neither text nor JSON. Throws
 * INVALID_INPUT for what is no such form or beyond its bounds, INVALID_JSON for a part that says it is JSON and is none, and for all
 * such parts together where they are beyond the bounds of a JSON text.
 */
export function multipartEntries(body: Uint8Array, contentType: string): FormEntry[] {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalid('names no boundary of its parts, or one with more than 70 characters');
  const limits = {
    boundary,
    maxHeaderSize: LIMITS.formPartHeaderBytes,
    maxParts: LIMITS.formFields,
    maxFileSize: body.length,
    maxTotalSize: body.length,
  };
  const entries: FormEntry[] = [];
  const tally = new JsonTally();
  const lines = new HeaderLines(body, boundary);
  let files = 0;
  try {
    for (const part of parseMultipart(body, limits)) {
      if (lines.next(part.size) > LIMITS.formPartHeaderLines)
        throw invalid(
          `has more than ${LIMITS.formPartHeaderLines} lines of header fields in its part ${entries.length + 1}`,
        );
      const entry = entryOf(part, tally);
      if ('file' in entry && ++files > LIMITS.webhookFiles) throw invalid(`has more than ${LIMITS.webhookFiles} files`);
      entries.push(entry);
    }
  } catch (error) {
    throw refusalOf(error, entries.length + 1);
  }
  return entries;
}

const LINE_FEED = 0x0a;

/** Counts the lines of header fields of one part after another: the library has read them all before the first is to be had. */
class HeaderLines {
  readonly #body: Buffer;
  /** Where the header fields of the next part begin: behind a boundary and the end of its line. */
  #at: number;

  constructor(
    body: Uint8Array,
    private readonly boundary: string,
  ) {
    this.#body = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#at = `--${boundary}\r\n`.length;
  }

  /** Of the next part, whose content has so many bytes. */
  next(contentBytes: number): number {
    const end = this.#body.indexOf('\r\n\r\n', this.#at);
    let lines = 1;
    for (let at = this.#at; (at = this.#body.indexOf(LINE_FEED, at)) >= 0 && at < end; at++) lines++;
    this.#at = end + '\r\n\r\n'.length + contentBytes + `\r\n--${this.boundary}\r\n`.length;
    return lines;
  }
}

function entryOf(part: MultipartPart, tally: JsonTally): FormEntry {
  const { bytes } = part;
  const headers = headersOf(part);
  const parameters = parametersOf(headers['content-disposition'] ?? '');
  const name = parameters.get('name');
  if (name === undefined) throw invalid('has a part without a name');
  if (name.length > LIMITS.formFieldNameCharacters)
    throw invalid(`has a field whose name has more than ${LIMITS.formFieldNameCharacters} characters`);
  const fileName = parameters.get('filename');
  const type = headers['content-type'];
  if (fileName === undefined) {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const mediaType = mediaTypeOf(type);
    if (mediaType === '' || isText(mediaType, type)) return { name, value: utf8Text(content, undefined) };
    if (isJson(mediaType)) return { name, value: parseJsonBody(content, type, tally) };
  }
  // A browser sends such a part for a file that nobody has chosen.
  if (fileName === '' && bytes.length === 0) return { name, value: null };
  return { name, file: { name: fileName ?? null, type: type ?? 'application/octet-stream', content: bytes } };
}

/** They are decoded when they are asked for. */
function headersOf(part: MultipartPart): MultipartPart['headers'] {
  try {
    return part.headers;
  } catch {
    throw invalid('has a part whose header is not in UTF-8');
  }
}

function parametersOf(disposition: string): Map<string, string> {
  const parameters = new Map<string, string>();
  let count = 0;
  for (const [, name = '', quoted, plain = ''] of disposition.matchAll(PARAMETER)) {
    // Each takes a microsecond, and a form has room for a million.
    if (++count > LIMITS.formPartParameters)
      throw invalid(`has a part with more than ${LIMITS.formPartParameters} parameters`);
    parameters.set(name.toLowerCase(), (quoted ?? plain).replace(ESCAPED, unescaped));
  }
  return parameters;
}

function unescaped(_whole: string, character: string | undefined, code: string | undefined): string {
  return character ?? String.fromCharCode(parseInt(code ?? '', 16));
}

/** `part`: the number of the part that was being read. */
function refusalOf(error: unknown, part: number): unknown {
  if (error instanceof MaxPartsExceededError) return invalid(`has more than ${LIMITS.formFields} parts`);
  if (error instanceof MaxHeaderSizeExceededError)
    return invalid(`has more than ${LIMITS.formPartHeaderBytes} bytes of header fields in its part ${part}`);
  if (error instanceof MultipartParseError)
    return invalid('is cut off, or does not begin with the boundary that its content type names');
  return error;
}

function invalid(message: string): AppError {
  return new AppError('INVALID_INPUT', {
    message: `The form ${message}`,
    details: { issues: [{ path: 'form', message }] },
  });
}
