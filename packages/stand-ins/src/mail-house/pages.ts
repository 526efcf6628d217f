import type { Message, Summary } from './message.js';

/** The style of all pages; a file of its own, so that no page needs to allow styles in it. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8884; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
th.when { width: 11rem; }
td.full { white-space: normal; overflow-wrap: anywhere; }
th.name { width: 12rem; vertical-align: top; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8884; }
iframe { width: 100%; height: 60vh; border: 1px solid #8884; background: #fff; }
.note { color: #888; }
`;

const NOTE =
  'This is the mail house of <code>npm start</code>: it keeps every e-mail that workflows send and delivers none. ' +
  'Set <code>MILLRACE_SMTP_URL</code> and <code>MILLRACE_MAIL_FROM</code> to send real ones.';

/** The page with all messages. It loads itself again every few seconds. */
export function listPage(messages: readonly Summary[]): string {
  const rows = messages.map(
    ({ id, received_at, from, to, subject }) =>
      `<tr><td>${escaped(dateOf(received_at))}</td><td>${escaped(from)}</td><td>${escaped(to.join(', '))}</td>` +
      `<td><a href="/mail/${escaped(id)}">${escaped(subject || '(no subject)')}</a></td></tr>`,
  );
  const table =
    rows.length === 0
      ? '<p>No e-mail yet.</p>'
      : `<table><thead><tr><th class="when">Received</th><th>From</th><th>To</th><th>Subject</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  return page(
    'Mail',
    `<h1>Mail</h1>\n<p class="note">${NOTE}</p>\n${table}`,
    '<meta http-equiv="refresh" content="5">',
  );
}

/** The page of one message. Its HTML is in a frame, where it runs no script and loads nothing. */
export function messagePage(message: Message): string {
  const { id, subject, from, to, received_at, text, html, attachments, headers, problem } = message;
  const parts = [
    '<p><a href="/">All mail</a></p>',
    `<h1>${escaped(subject || '(no subject)')}</h1>`,
    table([
      ['From', from],
      ['Delivered to', to.join(', ')],
      ['Received', dateOf(received_at)],
    ]),
    ...(problem === null ? [] : [`<p>It is not shown here: ${escaped(problem)}. Its source has all of it.</p>`]),
    ...(html === null ? [] : ['<h2>HTML</h2>', frame(id)]),
    ...(text === null ? [] : ['<h2>Text</h2>', `<pre>${escaped(text)}</pre>`]),
    ...(attachments.length === 0
      ? []
      : [
          '<h2>Attachments</h2>',
          table(attachments.map(({ name, type, bytes }) => [name ?? '(no name)', `${type}, ${bytes} bytes`])),
        ]),
    `<h2>Headers</h2>`,
    table(headers.map(({ name, value }) => [name, value])),
    `<p><a href="/messages/${escaped(id)}/raw">Source</a> · <a href="/messages/${escaped(id)}">JSON</a></p>`,
  ];
  return page(subject || '(no subject)', parts.join('\n'));
}

/** The HTML of a message, for its frame; links open in a page of their own. */
export function framedHtml(html: string): string {
  return `<!doctype html><base target="_blank">${html}`;
}

function frame(id: string): string {
  const permissions = 'allow-popups allow-popups-to-escape-sandbox';
  return `<iframe sandbox="${permissions}" referrerpolicy="no-referrer" title="HTML of the message" src="/mail/${escaped(id)}/html"></iframe>`;
}

function table(rows: readonly (readonly [name: string, value: string])[]): string {
  const lines = rows.map(
    ([name, value]) => `<tr><th class="name">${escaped(name)}</th><td class="full">${escaped(value)}</td></tr>`,
  );
  return `<table><tbody>${lines.join('\n')}</tbody></table>`;
}

/** `more`: in the head. */
function page(title: string, body: string, more = ''): string {
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)} · Millrace mail house</title>` +
    `<link rel="stylesheet" href="/style.css">${more}</head>\n<body>\n${body}\n</body></html>\n`
  );
}

/** `at`: ISO 8601. */
function dateOf(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
