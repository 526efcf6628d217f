/** Types that are text, though their names do not say so. */
const TEXT_TYPES: ReadonlySet<string> = new Set([
  'application/xml',
  'application/yaml',
  'application/x-yaml',
  'application/toml',
  'application/graphql',
  'application/javascript',
  'application/x-ndjson',
  'application/jsonl',
  'application/sql',
]);

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i;

/** The type without its parameters, in lower case; empty for none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function isJson(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType === 'text/json' || mediaType.endsWith('+json');
}

/** Text that can be read: what names another encoding than UTF-8 is passed on as it came. */
export function isText(mediaType: string, contentType: string | undefined): boolean {
  const named = (mediaType.startsWith('text/') && mediaType !== 'text/json') || mediaType.endsWith('+xml');
  if (!named && !TEXT_TYPES.has(mediaType)) return false;
  const charset = CHARSET.exec(contentType ?? '')?.[1];
  return charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset);
}
