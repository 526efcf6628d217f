// Runs in a thread of its own; see ../src/parsing/message-parser.ts. Plain JavaScript, so that it starts from source and from a build alike.
import { parentPort, workerData } from 'node:worker_threads';
import { convert } from 'html-to-text';
import { simpleParser } from 'mailparser';

/** @typedef {import('mailparser').ParsedMail} ParsedMail */
/** @typedef {import('mailparser').AddressObject} AddressObject */

const LIMITS = workerData;

/** What the library would make of the text is of no use here, and takes seconds for a large one. */
const OPTIONS = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipImageLinks: true,
  skipTextLinks: true,
  keepCidLinks: true,
  ignoreEmbedded: true,
  maxHeadSize: LIMITS.headBytes,
  maxChildNodes: LIMITS.parts,
};

/** Deeply nested HTML would overflow the stack, and long HTML take long. */
const TEXT_LIMITS = { maxInputLength: LIMITS.textCharacters, maxDepth: 50, maxChildNodes: 2_000 };

parentPort?.on('message', async (/** @type {Uint8Array} */ bytes) => {
  try {
    const mail = await simpleParser(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), OPTIONS);
    parentPort?.postMessage({ message: messageOf(mail) });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ problem: `It cannot be read apart: ${problem.slice(0, 300)}` });
  }
});

/** @param {ParsedMail} mail */
function messageOf(mail) {
  /** @type {string[]} */
  const truncated = [];
  /** @param {string} name @param {string} value */
  const cut = (name, value) => {
    if (value.length <= LIMITS.textCharacters) return value;
    truncated.push(name);
    return value.slice(0, LIMITS.textCharacters);
  };
  const html = typeof mail.html === 'string' ? cut('html', mail.html) : null;
  const text = cut('text', mail.text ?? (html === null ? '' : textOf(html)));
  if (mail.attachments.length > LIMITS.attachments) truncated.push('attachments');
  if (mail.headerLines.length > LIMITS.headerFields) truncated.push('headers');
  return {
    from: addressesOf(mail.from)[0] ?? null,
    to: addressesOf(mail.to),
    cc: addressesOf(mail.cc),
    subject: (mail.subject ?? '').slice(0, LIMITS.headerCharacters),
    text,
    html,
    date: mail.date?.toISOString() ?? null,
    message_id: mail.messageId ?? null,
    in_reply_to: mail.inReplyTo ?? null,
    references: [mail.references ?? []].flat().slice(0, LIMITS.addresses),
    headers: headersOf(mail.headerLines.slice(0, LIMITS.headerFields)),
    attachments: mail.attachments.slice(0, LIMITS.attachments).map(({ filename, contentType, size }) => ({
      name: filename?.slice(0, LIMITS.headerCharacters) ?? null,
      type: contentType,
      size,
    })),
    truncated,
  };
}

/** @param {string} html */
function textOf(html) {
  try {
    return convert(html, { limits: TEXT_LIMITS, wordwrap: false });
  } catch {
    // Of a message that is only HTML, and HTML that cannot be made text of, the workflow has the HTML.
    return '';
  }
}

/**
 * Those of groups too.
 *
 * @param {AddressObject | AddressObject[] | undefined} field
 */
function addressesOf(field) {
  return [field ?? []]
    .flat()
    .flatMap(({ value }) => value)
    .flatMap((one) => one.group ?? [one])
    .slice(0, LIMITS.addresses)
    .map(({ name, address }) => ({ name: name ?? '', address: address ?? '' }));
}

/**
 * By their names in lower case, unfolded and not decoded; a list where there are several.
 *
 * @param {ParsedMail['headerLines']} lines
 */
function headersOf(lines) {
  /** @type {Map<string, string | string[]>} */
  const headers = new Map();
  for (const { key, line } of lines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n(?=[\t ])/g, '')
      .trim()
      .slice(0, LIMITS.headerCharacters);
    const known = headers.get(key);
    headers.set(key, known === undefined ? value : [known, value].flat());
  }
  return Object.fromEntries(headers);
}
