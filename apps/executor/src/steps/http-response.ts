import { withoutQuery, type SafeHttpResponse } from '@millrace/service-kit/safe-http';
import { StepFailure } from './step-failure.js';

/** How much of an error answer stands in the step's record. */
const ERROR_BODY_BYTES = 2_048;

/** Statuses of failures that may pass by themselves. */
function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** The body as the step's `response` setting reads it. Throws StepFailure when it must be JSON and is not. */
export function readBody(mode: 'auto' | 'json' | 'text', url: string, response: SafeHttpResponse): unknown {
  const type = response.headers['content-type'] ?? '';
  const text = decode(response.body, type);
  const wantsJson = mode === 'json' || (mode === 'auto' && /^application\/(json\b|[^;]*\+json\b)/i.test(type));
  if (!wantsJson) return text;
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (mode === 'auto') return text;
    throw new StepFailure(
      'STEP_FAILED',
      `${withoutQuery(url)} answered ${response.status} with a body that is not JSON`,
      {
        details: {
          url: withoutQuery(url),
          status: response.status,
          content_type: type,
          body: text.slice(0, ERROR_BODY_BYTES),
        },
        cause: error,
      },
    );
  }
}

/** The failure that an error status means. `now`: milliseconds since the epoch, for a `Retry-After` that names a time. */
export function statusFailure(url: string, response: SafeHttpResponse, now: number): StepFailure {
  const { status, headers, body } = response;
  const start = decode(body.subarray(0, ERROR_BODY_BYTES), headers['content-type'] ?? '');
  return new StepFailure('HTTP_STATUS_ERROR', `${withoutQuery(url)} answered ${status}`, {
    details: { url: withoutQuery(url), status, body: start },
    retryable: mayPass(status),
    askedDelayMs: mayPass(status) ? retryAfter(headers['retry-after'], now) : null,
  });
}

function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}

function decode(body: Uint8Array, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    // A character set that nobody knows: most of such text is ASCII all the same.
    return new TextDecoder('utf-8').decode(body);
  }
}
