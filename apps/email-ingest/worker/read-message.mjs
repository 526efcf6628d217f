// Runs in a thread of its own; see ../src/parsing/message-parser.ts. Plain JavaScript, so that it starts from source and from a build alike.
import { parentPort, workerData } from 'node:worker_threads';
import { convert } from 'html-to-text';
import { simpleParser } from 'mailparser';

/** @typedef {import('mailparser').ParsedMail} ParsedMail */
/** @typedef {import('mailparser').AddressObject} AddressObject */

/** @typedef {Readonly<Record<keyof typeof import('../src/limits.js').MAIL_LIMITS | 'inputBytes', number>>} Limits */

/** @type {unknown} */
const given = workerData;
const LIMITS = /** @type {Limits} */ (given);

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

/** Of the type of an attachment; no registered one is as long. */
const TYPE_CHARACTERS = 200;

/** Deeply nested HTML would overflow the stack. */
const TEXT_LIMITS = { maxInputLength: LIMITS.htmlTextCharacters, maxDepth: 50, maxChildNodes: 2_000 };

parentPort?.on('message', async (/** @type {Uint8Array} */ bytes) => {
  try {
    const mail = await simpleParser(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), OPTIONS);
    const contents = contentsOf(mail);
    parentPort?.postMessage(
      { message: fitted(messageOf(mail)), contents },
      contents.map(({ buffer }) => buffer),
    );
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ problem: `It cannot be read apart: ${problem.slice(0, 300)}` });
  }
});

parentPort?.postMessage({ ready: true });

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
  // The library says an empty text of a message that is only HTML.
  const text = mail.text || html === null ? cut('text', mail.text ?? '') : textOf(html);
  // Making text of HTML takes time in the square of its length.
  if (!mail.text && html !== null && html.length > LIMITS.htmlTextCharacters) truncated.push('text');
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
    message_id: mail.messageId?.slice(0, LIMITS.headerCharacters) ?? null,
    in_reply_to: mail.inReplyTo?.slice(0, LIMITS.headerCharacters) ?? null,
    references: [mail.references ?? []]
      .flat()
      .slice(0, LIMITS.addresses)
      .map((id) => id.slice(0, LIMITS.headerCharacters)),
    headers: headersOf(mail.headerLines.slice(0, LIMITS.headerFields)),
    attachments: mail.attachments.slice(0, LIMITS.attachments).map(({ filename, contentType, size }) => ({
      name: filename?.slice(0, LIMITS.headerCharacters) ?? null,
      type: contentType.slice(0, TYPE_CHARACTERS),
      size,
    })),
    truncated,
  };
}

/**
 * What is attached, in the order of `attachments`. Each in memory of its own, which is passed on and not copied.
 *
 * @param {ParsedMail} mail
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
function contentsOf(mail) {
  return mail.attachments.slice(0, LIMITS.attachments).map(({ content }) => new Uint8Array(content));
}

/**
 * Cuts HTML, then text, until the message as JSON is no larger than an input may be: there a character may take six bytes.
 *
 * @param {ReturnType<typeof messageOf>} message
 */
function fitted(message) {
  for (const name of /** @type {const} */ (['html', 'text'])) {
    while (message[name] && Buffer.byteLength(JSON.stringify(message)) > LIMITS.inputBytes) {
      if (!message.truncated.includes(name)) message.truncated.push(name);
      message[name] = message[name].slice(0, message[name].length >> 1);
    }
  }
  if (Buffer.byteLength(JSON.stringify(message)) > LIMITS.inputBytes) throw new Error('its headers are too large');
  return message;
}

/** @param {string} html */
function textOf(html) {
  try {
    return convert(html.slice(0, LIMITS.htmlTextCharacters), { limits: TEXT_LIMITS, wordwrap: false });
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
    .map(({ name, address }) => ({
      name: (name ?? '').slice(0, LIMITS.headerCharacters),
      address: (address ?? '').slice(0, LIMITS.headerCharacters),
    }));
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
