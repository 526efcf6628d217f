const HIDDEN = ['script', 'style'];

/** Removes tags, comments and the content of scripts and styles in one pass over the text. */
export function stripTags(html: string): string {
  // Letters outside of ASCII can change their length, and the places found here are places in `html`.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let result = '';
  let from = 0;
  for (let open = html.indexOf('<'); open !== -1; open = html.indexOf('<', from)) {
    result += html.slice(from, open);
    const end = tagEnd(html, lower, open);
    // An open bracket that starts no tag is text.
    if (end === -1) {
      from = open;
      break;
    }
    if (end === open) result += '<';
    from = Math.max(end, open + 1);
  }
  return decodeEntities(result + html.slice(from));
}

/** Where the markup at `open` ends; `open` itself if it is none; -1 if nothing closes it and all others. */
function tagEnd(html: string, lower: string, open: number): number {
  const next = html.charAt(open + 1);
  if (html.startsWith('<!--', open)) {
    const close = html.indexOf('-->', open + 4);
    return close === -1 ? html.length : close + 3;
  }
  if (!/[a-zA-Z/!?]/.test(next)) return open;
  const close = html.indexOf('>', open);
  if (close === -1) return -1;
  const hidden = HIDDEN.find(
    (name) => lower.startsWith(name, open + 1) && /[\s>/]/.test(html.charAt(open + 1 + name.length)),
  );
  if (hidden === undefined || html.charAt(close - 1) === '/') return close + 1;
  const ending = lower.indexOf(`</${hidden}`, close);
  if (ending === -1) return html.length;
  const last = html.indexOf('>', ending);
  return last === -1 ? html.length : last + 1;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['#39', "'"],
  ['nbsp', ' '],
]);

function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|#39|nbsp);/g, (whole, name: string) => ENTITIES.get(name) ?? whole);
}

/** Makes a text safe as content or quoted attribute of HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** One address of the usual form; RFC 5321 lengths; no pattern that could backtrack. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false;
  const at = text.indexOf('@');
  if (at < 1 || at > 64 || at !== text.lastIndexOf('@')) return false;
  const local = text.slice(0, at);
  if (!/^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+$/u.test(local) || local.startsWith('.') || local.endsWith('.')) return false;
  const domain = text.slice(at + 1);
  return domain.includes('.') && isHost(domain) && !local.includes('..');
}

function isHost(host: string): boolean {
  const labels = host.split('.');
  return labels.every((label) => label.length <= 63 && /^[\p{L}\p{N}-]+$/u.test(label) && !/^-|-$/.test(label));
}

/** An absolute http(s) address with a host and no white space. */
export function isUrl(text: string): boolean {
  const scheme = /^https?:\/\//i.exec(text);
  if (scheme === null || text.length > 2048 || /[\s<>"\\^`{|}]/.test(text)) return false;
  const rest = text.slice(scheme[0].length);
  const authority = rest.split(/[/?#]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const [, name = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:]*)(:\d{0,5})?$/.exec(host) ?? [];
  if (port !== '' && Number(port.slice(1)) > 65535) return false;
  return name.startsWith('[') || (name !== '' && isHost(name));
}
