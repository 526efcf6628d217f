// Runs in a thread of its own; see ../src/mail/markdown-threads.ts. Plain JavaScript, so that it starts from source and from a build alike.
import { parentPort, workerData } from 'node:worker_threads';
import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

/** @type {unknown} */
const given = workerData;
const { cells, htmlBytes } = /** @type {import('../src/mail/markdown-threads.js').MarkdownBounds} */ (given);

/** What Markdown can make, and nothing that a mail reader runs or loads by itself but images over HTTPS. */
const SANITISED = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li'],
    ...['strong', 'em', 's', 'a', 'img', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    a: ['href', 'title'],
    img: ['src', 'alt', 'title'],
    ol: ['start'],
    th: ['style'],
    td: ['style'],
  },
  allowedStyles: { '*': { 'text-align': [/^(?:left|right|center)$/] } },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['https'] },
  allowProtocolRelative: false,
};

class TooMuch extends Error {}

const parser = new MarkdownIt({ html: false, linkify: true });

// Blocks are known then, and nothing has been made of their texts. Cells that a row leaves out are among them.
parser.core.ruler.after('block', 'cells', ({ tokens }) => {
  const found = tokens.filter(({ type }) => type === 'th_open' || type === 'td_open').length;
  if (found > cells) throw new TooMuch(`has tables with ${found} cells, more than ${cells}: send the data as a file`);
});

parentPort?.on('message', (/** @type {string} */ markdown) => {
  parentPort?.postMessage(replyTo(markdown));
});
parentPort?.postMessage('ready');

/** @param {string} markdown @returns {import('../src/mail/markdown-threads.js').MarkdownReply} */
function replyTo(markdown) {
  try {
    const html = sanitizeHtml(parser.render(markdown), SANITISED);
    const bytes = Buffer.byteLength(html);
    if (bytes <= htmlBytes) return { html };
    return { problem: `becomes HTML of ${bytes} bytes, more than ${htmlBytes}: shorten it`, limit: htmlBytes };
  } catch (error) {
    if (error instanceof TooMuch) return { problem: error.message, limit: cells };
    return { problem: 'cannot be made HTML: shorten it, or nest it less' };
  }
}
