import { AppError, LIMITS, type FileReference } from '@millrace/contracts';
import { maskedBytes, type TextMask } from '@millrace/service-kit/redaction';
import { withoutQuery, type ReceiveBody } from '@millrace/service-kit/safe-http';
import type { CallFiles } from '../files/execution-files.js';

/** Where a response comes from, and what it says of itself. */
export interface ReceivedFrom {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number | undefined;
  /** What else is masked in it. */
  readonly mask: Pick<TextMask, 'find'> | undefined;
}

/** Takes the body of a response as a file, of which `written` is called. */
export function receivedFile(
  { url, headers, maxBytes, mask }: ReceivedFrom,
  files: CallFiles,
  written: (file: FileReference) => void,
): ReceiveBody {
  const limit = Math.min(maxBytes ?? LIMITS.fileBytes, LIMITS.fileBytes);
  return async (body) => {
    const facts = { name: nameOf(headers['content-disposition'], url), type: headers['content-type'] };
    const content = bounded(body, limit, url);
    written(await files.write(facts, mask === undefined ? content : maskedBytes(content, [mask])));
  };
}

async function* bounded(body: AsyncIterable<Uint8Array>, limit: number, url: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit)
      throw new AppError('HTTP_RESPONSE_TOO_LARGE', {
        message: `The response is larger than ${limit} bytes`,
        details: { url: withoutQuery(url), limit_bytes: limit },
      });
    yield chunk;
  }
}

/** The name that the service gives it, else the end of the address. */
export function nameOf(disposition: string | undefined, url: string): string | null {
  return namedBy(disposition ?? '') ?? decoded(new URL(url).pathname.split('/').at(-1) ?? '');
}

function namedBy(disposition: string): string | null {
  const extended = /(?:^|;)\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]{1,2000})/i.exec(disposition)?.[1];
  if (extended !== undefined) return decoded(extended);
  const [, quoted, plain] =
    /(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^;\s"]{1,2000}))/i.exec(disposition) ?? [];
  const name = quoted?.replace(/\\(.)/g, '$1') ?? plain;
  // Services write UTF-8 where only Latin-1 is; one that is no UTF-8 stays as it is.
  return name === undefined ? null : utf8(name);
}

function utf8(text: string): string {
  const read = Buffer.from(text, 'latin1').toString('utf8');
  return read.includes('\ufffd') ? text : read;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
