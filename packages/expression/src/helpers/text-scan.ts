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
  const scheme = text.length > 2048 ? null : /^https?:\/\//i.exec(text);
  if (scheme === null || /[\s<>"\\^`{|}]/.test(text)) return false;
  const rest = text.slice(scheme[0].length);
  const authority = rest.split(/[/?#]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const [, name = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:]*)(:\d{0,5})?$/.exec(host) ?? [];
  if (port !== '' && Number(port.slice(1)) > 65535) return false;
  return name.startsWith('[') || (name !== '' && isHost(name));
}
