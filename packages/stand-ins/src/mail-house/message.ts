import { createReadStream, type ReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { simpleParser } from 'mailparser';
import { HOUSE_LIMITS } from './limits.js';
import type { Kept } from './maildir.js';

/** A message in a list, as `GET /messages` has it. */
export interface Summary {
  readonly id: string;
  readonly received_at: string;
  /** Of the file. */
  readonly bytes: number;
  /** As its header says. */
  readonly from: string;
  /** Who gets it: the recipients of the envelope, blind copies too. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly message_id: string | null;
}

interface Head extends Summary {
  /** As they came, unfolded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** A message with all that can be shown of it. */
export interface Message extends Head {
  readonly text: string | null;
  /** As it came, with its own images in place of references to them. */
  readonly html: string | null;
  readonly attachments: readonly { readonly name: string | null; readonly type: string; readonly bytes: number }[];
  /** Why text, html and attachments are not here although there may be some. */
  readonly problem: string | null;
}

/** No conversions between text and HTML: a sender could make them take minutes. */
const PARSER = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  ignoreEmbedded: true,
  keepDeliveryStatus: true,
  checksumAlgo: false,
  maxHeadSize: HOUSE_LIMITS.headBytes,
  maxChildNodes: 500,
} as const;

export async function summaryOf(kept: Kept): Promise<Summary> {
  const { headers: _, ...summary } = await readHead(kept);
  return summary;
}

export async function readMessage(kept: Kept): Promise<Message> {
  const head = await readHead(kept);
  const nothing = { text: null, html: null, attachments: [] };
  if (kept.bytes > HOUSE_LIMITS.shownBytes)
    return { ...head, ...nothing, problem: `It is larger than ${HOUSE_LIMITS.shownBytes} bytes` };
  try {
    const { text, html, attachments } = await simpleParser(await readFile(kept.file), PARSER);
    return {
      ...head,
      text: text ?? null,
      html: html || null,
      attachments: attachments.map(({ filename, contentType, size }) => ({
        name: filename ?? null,
        type: contentType,
        bytes: size,
      })),
      problem: null,
    };
  } catch (error) {
    return { ...head, ...nothing, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The file itself, as a stream. */
export function rawMessage({ file }: Kept): ReadStream {
  return createReadStream(file);
}

async function readHead({ id, file, bytes, receivedAt }: Kept): Promise<Head> {
  const { from, subject, messageId, headerLines } = await simpleParser(await headOf(file), PARSER);
  const headers = headerLines.map(({ line }) => {
    const colon = line.indexOf(':');
    const value = line
      .slice(colon + 1)
      .replaceAll(/\r?\n/g, '')
      .trim();
    return { name: line.slice(0, Math.max(colon, 0)).trim(), value };
  });
  const delivered = headers.findIndex(({ name }) => name === 'Received');
  return {
    id,
    received_at: receivedAt,
    bytes,
    from: from?.text ?? '',
    // Those of the house are before its own "Received"; what the sender wrote comes after it.
    to: headers.slice(0, delivered).flatMap(({ name, value }) => (name === 'Delivered-To' ? [value] : [])),
    subject: subject ?? '',
    message_id: messageId ?? null,
    headers,
  };
}

/** The headers and the empty line behind them. Of headers longer than the limit, the lines that fit. */
async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(HOUSE_LIMITS.headBytes - 4) });
    const text = buffer.toString('latin1', 0, bytesRead);
    const end = /\r?\n\r?\n/.exec(text)?.index ?? (bytesRead === buffer.length ? text.lastIndexOf('\n') : bytesRead);
    return Buffer.from(`${text.slice(0, end)}\r\n\r\n`, 'latin1');
  } finally {
    await handle.close();
  }
}
