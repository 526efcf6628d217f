import { LIMITS, shortened, type DeliveryAttempt, type NotedDelivery } from '@millrace/contracts';

/** Of the error of an attempt whose call is not kept any more. */
const ERROR_CHARACTERS = 200;
/** What is not known of an attempt: releases before this one have not recorded it, or it is too long ago. */
const NOT_KEPT = { url: null, request_headers: null, response_headers: null };

type Headers = DeliveryAttempt['request_headers'];
type Made = NonNullable<NotedDelivery['made']>;

/** What is kept of each attempt that is shown. Releases before this one have kept its call in it, and read a response. */
export type KeptAttempt = Pick<DeliveryAttempt, 'at' | 'duration_ms' | 'status_code' | 'error' | 'response'> &
  Partial<Pick<DeliveryAttempt, 'url' | 'request_headers' | 'response_headers'>>;

/** What was sent and came back in one of the latest attempts: most of what a record is made of. */
export type KeptCall = Omit<DeliveryAttempt, 'duration_ms' | 'status_code'>;

/** Only what this release knows of an attempt: the collection takes nothing else, and a newer one may have written the note. */
export function keptAttempt({ at, duration_ms, status_code, error }: Made): KeptAttempt {
  return { at, duration_ms, status_code, error: shortenedError(error), response: '' };
}

/** The call of an attempt, so much of it as is kept: what fits no more is left out, the headers of the response first, from their end. */
export function keptCall(made: Made, called: NotedDelivery['called']): KeptCall {
  const room = new Room(LIMITS.eventCallBytes);
  const { url, request_headers, response_headers } = called ?? NOT_KEPT;
  return {
    at: made.at,
    url: room.text(url),
    error: room.text(made.error),
    request_headers: room.headers(request_headers),
    response: room.text(made.response),
    response_headers: room.headers(response_headers),
  };
}

/** The attempts as the API shows them, the latest ones with their calls. */
export function shownAttempts(attempts: readonly KeptAttempt[], calls: readonly KeptCall[]): DeliveryAttempt[] {
  const callAt = new Map(calls.map((call) => [call.at, call]));
  return attempts.map((attempt) => ({ ...NOT_KEPT, ...attempt, ...callAt.get(attempt.at) }));
}

function shortenedError(error: string | null): string | null {
  return error === null ? null : shortened(error, ERROR_CHARACTERS);
}

/** Bytes that are left for one call. */
class Room {
  constructor(private left: number) {}

  text<Text extends string | null>(text: Text): Text {
    if (text === null) return text;
    const bytes = Buffer.from(text).subarray(0, this.left);
    this.left -= bytes.length;
    // A character that was cut in two is none.
    return bytes.toString('utf8').replace(/\uFFFD$/, '') as Text;
  }

  headers(headers: Headers): Headers {
    if (headers === null) return null;
    const kept: [string, string][] = [];
    for (const [name, value] of Object.entries(headers)) {
      const bytes = Buffer.byteLength(name) + Buffer.byteLength(value);
      if (bytes > this.left) continue;
      this.left -= bytes;
      kept.push([name, value]);
    }
    return Object.fromEntries(kept);
  }
}
