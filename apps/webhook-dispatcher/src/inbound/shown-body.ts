import { isUtf8 } from 'node:buffer';
import { LIMITS, type ShownWebhookCall } from '@millrace/contracts';

/** Bytes of the longest character in UTF-8, without its first. */
const CONTINUATION_BYTES = 3;

/** The body of a call as a listener is shown it: its beginning as text, or as base64 when it is none. */
export function shownBody(body: Buffer): NonNullable<ShownWebhookCall['body']> {
  const truncated = body.length > LIMITS.listenedBodyBytes;
  const bytes = body.length;
  const beginning = truncated ? body.subarray(0, LIMITS.listenedBodyBytes) : body;
  const text = textOf(beginning, truncated);
  return { bytes, text, base64: text === null ? beginning.toString('base64') : null, truncated };
}

/** Null for what is no text. A beginning may end in the middle of a character, which is left out. */
function textOf(beginning: Buffer, truncated: boolean): string | null {
  for (let less = 0; less <= (truncated ? CONTINUATION_BYTES : 0); less++) {
    const whole = beginning.subarray(0, beginning.length - less);
    if (isUtf8(whole)) return whole.toString('utf8');
  }
  return null;
}
