import { AppError } from '@millrace/contracts';

/** Headers that belong to the connection: setting them could smuggle a second request or reach another virtual host. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const BAD_VALUE = /[\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]/;

/** Whether a header belongs to the connection; `name` in lower case. */
export function isOfConnection(name: string): boolean {
  return RESERVED.has(name);
}

/** Headers with names in lower case. Throws AppError STEP_FAILED that names the header (never its value). */
export function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!NAME.test(name)) throw refused(given, 'is no header name');
    if (isOfConnection(name)) throw refused(given, 'is set by the connection itself and cannot be given');
    if (BAD_VALUE.test(value))
      throw refused(given, 'has a value with line breaks or other characters that headers cannot hold');
    result[name] = value;
  }
  return result;
}

function refused(name: string, problem: string): AppError {
  return new AppError('STEP_FAILED', {
    message: `The header ${JSON.stringify(name)} ${problem}`,
    details: { header: name },
  });
}
