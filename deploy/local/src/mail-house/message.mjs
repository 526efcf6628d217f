import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { simpleParser } from 'mailparser';
import { HOUSE_LIMITS } from './limits.mjs';

/**
 * A message in a list, as `GET /messages` has it.
 *
 * @typedef {object} Summary
 * @property {string} id
 * @property {string} received_at
 * @property {number} bytes      of the file
 * @property {string} from       as its header says
 * @property {string[]} to       who gets it: the recipients of the envelope, blind copies too
 * @property {string} subject
 * @property {string | null} message_id
 *
 * @typedef {object} Content
 * @property {{ name: string, value: string }[]} headers as they came, unfolded
 * @property {string | null} text
 * @property {string | null} html as it came, with its own images in place of references to them
 * @property {{ name: string | null, type: string, bytes: number }[]} attachments
 * @property {string | null} problem why text, html and attachments are not here although there may be some
 *
 * @typedef {Summary & Content} Message
 */

/** No conversions between text and HTML: a sender could make them take minutes. */
const PARSER = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  ignoreEmbedded: true,
  keepDeliveryStatus: true,
  checksumAlgo: /** @type {const} */ (false),
  maxHeadSize: HOUSE_LIMITS.headBytes,
  maxChildNodes: 500,
};

/**
 * @param {import('./maildir.mjs').Kept} kept
 * @returns {Promise<Summary>}
 */
export async function summaryOf(kept) {
  const { headers: _, ...summary } = await readHead(kept);
  return summary;
}

/**
 * A message with all that can be shown of it.
 *
 * @param {import('./maildir.mjs').Kept} kept
 * @returns {Promise<Message>}
 */
export async function readMessage(kept) {
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

/**
 * The file itself, as a stream.
 *
 * @param {import('./maildir.mjs').Kept} kept
 */
export function rawMessage({ file }) {
  return createReadStream(file);
}

/**
 * @param {import('./maildir.mjs').Kept} kept
 * @returns {Promise<Summary & Pick<Content, 'headers'>>}
 */
async function readHead({ id, file, bytes, receivedAt }) {
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

/**
 * The headers and the empty line behind them. Of headers longer than the limit, the lines that fit.
 *
 * @param {string} file
 */
async function headOf(file) {
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
