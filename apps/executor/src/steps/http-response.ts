import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { isProxy } from 'node:util/types';
import { exceededJsonBound, LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS, toPlain } from '@millrace/expression';
import { parseJson, TooManyExactNumbersError } from '@millrace/expression/exact';
import { withoutQuery, type SafeHttpResponse } from '@millrace/service-kit/safe-http';
import { StepFailure } from './step-failure.js';

/** How much of an error response is in the step's record. */
const ERROR_BODY_BYTES = 2_048;

/** Statuses of failures that may pass by themselves. */
function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * The body as the step's `response` setting reads it: plain data. Throws StepFailure STEP_FAILED when it must be JSON and is
 * not, HTTP_RESPONSE_TOO_LARGE for JSON that would take too much memory. `note` is called with what was read as something else than it may be.
 */
export function readBody(
  mode: 'auto' | 'json' | 'text',
  url: string,
  response: SafeHttpResponse,
  note: (line: string) => void = () => undefined,
): unknown {
  const type = response.headers['content-type'] ?? '';
  const decoder = decoderOf(type);
  const text = decoder.decode(response.body);
  const wantsJson = mode === 'json' || (mode === 'auto' && /^application\/(json\b|[^;]*\+json\b)/i.test(type));
  if (!wantsJson) {
    if (decoder.encoding === 'utf-8' && !isUtf8(response.body)) note(noText(type));
    return text;
  }
  if (text.trim() === '') return null;
  checkBounds(url, decoder.encoding === 'utf-8' ? response.body : Buffer.from(text));
  try {
    return plainJson(text);
  } catch (error) {
    if (error instanceof TooManyExactNumbersError) throw tooManyExact(url, error);
    if (mode === 'auto') {
      note(NO_JSON);
      return text;
    }
    throw new StepFailure(
      'STEP_FAILED',
      `${withoutQuery(url)} returned ${response.status} with a body that is not JSON`,
      {
        details: {
          url: withoutQuery(url),
          status: response.status,
          content_type: type,
          // Not a slice of the text, which would keep all of it in memory.
          body: decoder.decode(response.body.subarray(0, ERROR_BODY_BYTES)),
        },
        cause: error,
      },
    );
  }
}

const NO_JSON =
  'The response says that it is JSON, and is not: the body is its text. With "response": "json" the step fails instead.';

function noText(type: string): string {
  const what = type === '' ? 'The response' : `The response (${type.slice(0, 100)})`;
  return `${what} is no text in UTF-8: what is none in it was replaced. With "response": "file" it is kept as it came.`;
}

/** The failure that an error status means. `now`: milliseconds since the epoch, for a `Retry-After` that names a time. */
export function statusFailure(url: string, response: SafeHttpResponse, now: number): StepFailure {
  const { status, headers, body } = response;
  const start = decoderOf(headers['content-type'] ?? '').decode(body.subarray(0, ERROR_BODY_BYTES));
  return new StepFailure('HTTP_STATUS_ERROR', `${withoutQuery(url)} returned ${status}`, {
    details: { url: withoutQuery(url), status, body: start },
    retryable: mayPass(status),
    askedDelayMs: mayPass(status) ? retryAfter(headers['retry-after'], now) : null,
  });
}

/** Milliseconds that a `Retry-After` asks for, or null. `now` as above. */
export function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}

function checkBounds(url: string, body: Uint8Array): void {
  const bounds = {
    depth: EXPRESSION_LIMITS.dataDepth,
    values: LIMITS.jsonValues,
    names: LIMITS.jsonNames,
    digits: LIMITS.jsonNumberDigits,
  };
  const exceeded = exceededJsonBound(body, bounds);
  if (exceeded === null) return;
  const what = {
    depth: 'nests deeper than',
    values: 'has more values (arrays, objects and their entries) than',
    names: 'has more different names than',
    digits: 'has a number of more characters than',
  }[exceeded];
  throw new StepFailure(
    'HTTP_RESPONSE_TOO_LARGE',
    `The JSON of ${withoutQuery(url)} ${what} ${bounds[exceeded]}. Ask for less of it, or read it as text (response: text).`,
    { details: { url: withoutQuery(url), [`limit_${exceeded}`]: bounds[exceeded] } },
  );
}

function tooManyExact(url: string, { message, most }: TooManyExactNumbersError): StepFailure {
  return new StepFailure(
    'HTTP_RESPONSE_TOO_LARGE',
    `The JSON of ${withoutQuery(url)} cannot be read. ${message}, or read it as text (response: text).`,
    { details: { url: withoutQuery(url), limit_exact_numbers: most } },
  );
}

/** What is parsed is plain and not copied, unless it may hold a key that plain data must not have. */
function plainJson(text: string): unknown {
  const value = parseJson(text, LIMITS.jsonExactNumbers);
  // Quotes are frequent, and underscores together are rare.
  const isPlain = !(text.includes('__') && text.includes('"__')) && !(text.includes('\\') && /\\u005f/i.test(text));
  return isPlain ? value : toPlain(value, { isProxy });
}

/** Made once: it keeps nothing from one text to the next. */
const UTF_8 = new TextDecoder('utf-8');

function decoderOf(contentType: string): TextDecoder {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1];
  if (charset === undefined) return UTF_8;
  try {
    return new TextDecoder(charset);
  } catch {
    // An unknown character set: most of such text is ASCII all the same.
    return UTF_8;
  }
}
