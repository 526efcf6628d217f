import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Maildir } from './maildir.js';
import { rawMessage, readMessage, summaryOf, type Summary } from './message.js';
import { framedHtml, listPage, messagePage, STYLE } from './pages.js';

/** What every answer has: nothing of it is kept, guessed at, named to others or read by pages of others. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

const NOTHING_ELSE = "default-src 'none'; base-uri 'none'; form-action 'none'";
const PAGE_POLICY = `${NOTHING_ELSE}; style-src 'self'; frame-src 'self'; frame-ancestors 'none'`;
/** For what somebody else wrote: no scripts, no forms, an origin of its own, nothing from the network. */
const FOREIGN_POLICY = `${NOTHING_ELSE}; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox`;

/** Names of this machine. A page of a stranger's site whose name was made to lead here has that site's name in its requests. */
const OUR_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly policy?: string;
  readonly body: string | Readable;
}

type Summaries = () => Promise<Summary[]>;

/** The pages of the mail house and what scripts read, `GET /messages`. Only reads, and only from this machine. */
export function webServer(maildir: Maildir, log: (line: string) => void): Server {
  const summaries = summaryCache(maildir);
  return createServer((request, response) => {
    const isHead = request.method === 'HEAD';
    replyTo(request, maildir, summaries)
      .catch((error: Error) => {
        log(`${request.url} failed: ${error.message}`);
        return failure(500, 'That did not work; the log of mail-house says more');
      })
      .then(async ({ status, type, policy = PAGE_POLICY, body }) => {
        response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-security-policy': policy });
        // Nobody reads what a HEAD asks for, so it is given up here.
        if (isHead && typeof body !== 'string') body.on('error', () => undefined).destroy();
        await pipeline(isHead ? [] : typeof body === 'string' ? [body] : body, response);
      })
      .catch(() => response.destroy());
  });
}

async function replyTo(request: IncomingMessage, maildir: Maildir, summaries: Summaries): Promise<Reply> {
  if (!OUR_HOST.test(request.headers.host ?? '')) return failure(421, 'Ask for it by localhost or 127.0.0.1');
  if (isOfAnotherSite(request.headers)) return failure(403, 'Other sites may not read mail');
  if (request.method !== 'GET' && request.method !== 'HEAD') return failure(405, 'There is only GET');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/health/ready') return json({ status: 'ok' });
  if (pathname === '/style.css') return { status: 200, type: 'text/css; charset=utf-8', body: STYLE };
  if (pathname === '/') return html(listPage(await summaries()));
  if (pathname === '/messages') return json({ messages: matching(await summaries(), searchParams) });
  const [, kind, id = '', view = ''] = /^\/(mail|messages)\/([^/]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
  const kept = kind === undefined ? undefined : maildir.find(id);
  if (kept === undefined) return failure(404, 'There is no such page, or no such message any more');
  switch (`${kind}/${view}`) {
    case 'messages/':
      return json(await readMessage(kept));
    case 'messages/raw':
      return { status: 200, type: 'text/plain; charset=utf-8', policy: FOREIGN_POLICY, body: rawMessage(kept) };
    case 'mail/':
      return html(messagePage(await readMessage(kept)));
    case 'mail/html': {
      const { html: content } = await readMessage(kept);
      if (content !== null) return html(framedHtml(content), FOREIGN_POLICY);
      return failure(404, 'The message has no HTML');
    }
    default:
      return failure(404, 'There is no such page');
  }
}

/** Whether a browser sent the request for a page of another site, other than by a link that was followed. */
function isOfAnotherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  const isVisit = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return site !== 'same-origin' && site !== 'none' && !isVisit;
}

/** Those for an address and with a Message-ID, each if asked for. */
function matching(messages: readonly Summary[], query: URLSearchParams): Summary[] {
  const [to, messageId] = [query.get('to')?.toLowerCase(), query.get('message_id')];
  return messages.filter(
    (each) =>
      (to === undefined || each.to.some((address) => address.toLowerCase() === to)) &&
      (messageId === null || each.message_id === messageId),
  );
}

/** Summaries of all messages, the newest first, of which only new ones are read. */
function summaryCache(maildir: Maildir): Summaries {
  let known = new Map<string, Summary>();
  return async () => {
    const all: Summary[] = [];
    for (const kept of maildir.list()) {
      // One that was removed meanwhile is not there any more.
      const summary = known.get(kept.id) ?? (await summaryOf(kept).catch(() => undefined));
      if (summary !== undefined) all.push(summary);
    }
    known = new Map(all.map((summary) => [summary.id, summary]));
    return all;
  };
}

function html(body: string, policy = PAGE_POLICY): Reply {
  return { status: 200, type: 'text/html; charset=utf-8', policy, body };
}

function json(value: unknown): Reply {
  return { status: 200, type: 'application/json', body: JSON.stringify(value) };
}

function failure(status: number, message: string): Reply {
  return { status, type: 'application/json', body: JSON.stringify({ error: { message } }) };
}
