import { createHash } from 'node:crypto';
import { LIMITS, type ApprovalResource } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 1rem; color: #1c1c1c; background: #fff }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; white-space: pre-wrap }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { border-bottom: 1px solid #ccc; padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; white-space: pre-wrap }
th { font-weight: 600; width: 30% }
textarea { box-sizing: border-box; width: 100%; font: inherit }
button { font: inherit; padding: .5rem 1.2rem; margin: .8rem .8rem 0 0 }
p { overflow-wrap: anywhere }
`;

/** The page runs no script, loads nothing, is in no frame, and sends its form to itself. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Of every page of a link: its address is a secret, which goes nowhere and is kept nowhere. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow',
};

const STATES: Readonly<Record<string, string>> = {
  approved: 'This has been approved.',
  rejected: 'This has been rejected.',
  expired: 'Nobody decided in time.',
  cancelled: 'This is not wanted any more.',
};

/** What is shown to whom a link is for. It says nothing of the others who may decide. */
export function approvalPage(approval: ApprovalResource, approver: string): string {
  const { message, data, status, required, decisions, expires_at } = approval;
  const own = decisions.find(({ by }) => by === approver);
  const approvals = decisions.filter(({ approved }) => approved).length;
  const state = STATES[status] ?? 'This is decided.';
  const parts = [
    `<h1>${escaped(message)}</h1>`,
    data === null ? '' : dataTable(data),
    own === undefined ? '' : `<p>You have ${own.approved ? 'approved' : 'rejected'} it.</p>`,
    status === 'pending' ? progress(required, approvals, expires_at) : `<p>${escaped(state)}</p>`,
    status === 'pending' && own === undefined ? form(approver) : '',
  ];
  return page(message, parts.join('\n'));
}

/** What is shown for a link that is none, whatever is wrong with it. */
export function noApprovalPage(): string {
  return page(
    'No such link',
    '<h1>This link is not valid</h1>\n<p>It may be incomplete. Ask whoever sent it to you.</p>',
  );
}

/** What is shown when a link cannot be shown or a decision cannot be taken: `message` says why. */
export function failedPage(message: string): string {
  return page('This did not work', `<h1>This did not work</h1>\n<p>${escaped(message)}</p>`);
}

function progress(required: number, approvals: number, expiresAt: string): string {
  const count = required === 1 ? '' : `${approvals} of ${required} approvals are there. `;
  return `<p>${count}It can be decided until ${escaped(expiresAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}.</p>`;
}

function form(approver: string): string {
  return `<form method="post">
<label>Comment (not needed)<br><textarea name="comment" rows="3" maxlength="${LIMITS.approvalCommentCharacters}"></textarea></label>
<p>You decide as ${escaped(approver)}.</p>
<button name="decision" value="approve">Approve</button><button name="decision" value="reject">Reject</button>
</form>`;
}

/** An object as its members, anything else as one cell. */
function dataTable(data: unknown): string {
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  const rows = isObject ? Object.entries(data) : [['', data] as const];
  const cells = rows.map(([name, value]) => {
    const text = typeof value === 'string' ? value : stringifyJson(value);
    const head = name === '' ? '' : `<th scope="row">${escaped(name)}</th>`;
    return `<tr>${head}<td>${escaped(text)}</td></tr>`;
  });
  return `<table>${cells.join('')}</table>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title.slice(0, 100))}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
