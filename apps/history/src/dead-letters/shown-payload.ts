import { LIMITS, MASK, type DeadLetterDetail } from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import { PayloadMissingError, PayloadTooLargeError, type StoredDeadLetter } from '@millrace/messaging';

type Shown = Pick<DeadLetterDetail, 'payload' | 'payload_omitted'>;

/** Members that hold something secret, by their names: headers of calls, and what people call such things. */
const SECRET_NAME = /authorization|cookie|password|passwd|secret|token|api[-_]?key|credential|signature/i;

/** What of a dead letter's payload is shown. Throws AppError('SERVICE_UNAVAILABLE'). */
export async function shownPayload({ bytes, read }: Pick<StoredDeadLetter, 'bytes' | 'read'>): Promise<Shown> {
  if (bytes !== null && bytes > LIMITS.deadLetterPayloadBytes) return omitted('too_large');
  try {
    const payload = await read();
    if (payload.length > LIMITS.deadLetterPayloadBytes) return omitted('too_large');
    // What is no JSON has no names by which something secret could be recognised.
    return { payload: masked(parseJson(Buffer.from(payload).toString('utf8'))), payload_omitted: null };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return omitted('unreadable');
    if (error instanceof PayloadTooLargeError) return omitted('too_large');
    if (error instanceof PayloadMissingError) return omitted('gone');
    throw error;
  }
}

function omitted(payload_omitted: Shown['payload_omitted']): Shown {
  return { payload: null, payload_omitted };
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isSecret(name, member) ? MASK : masked(member)]),
  );
}

/** A workflow that travels as a text may have written anything into its steps. */
function isSecret(name: string, member: unknown): boolean {
  return SECRET_NAME.test(name) || (name === 'document' && typeof member === 'string');
}

/** Exact numbers are objects too. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as null)
  );
}
