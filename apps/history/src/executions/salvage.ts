import { JournalEntry, LIMITS, type JournalBatch } from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const COLON = 0x3a;
const COMMA = 0x2c;
/** Objects and arrays around a member of an event: the entry, its events, the event. */
const MEMBER_DEPTH = 3;

/** What takes the place of a large value where null would be no entry. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  error: '{"code":"HISTORY_INCOMPLETE","message":"The error was too large to be kept"}',
  trigger: '{"type":"unknown"}',
};

/**
 * What can be saved of an entry that could not be written: its events, with null for each value above
 * `LIMITS.salvagedValueBytes`. Null when that is too much as well, or no entry. It walks over the bytes and makes no values of
 * what it leaves out, so that it needs no memory in proportion to them.
 */
export function salvage(bytes: Uint8Array): JournalBatch | null {
  const text = withoutLargeValues(bytes);
  if (text === null) return null;
  try {
    const parsed = JournalEntry.schema.safeParse(parseJson(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function withoutLargeValues(bytes: Uint8Array): string | null {
  const kept: Uint8Array[] = [];
  let length = 0;
  let copied = 0;
  let depth = 0;
  let key = '';
  let valueAt = -1;
  const keep = (part: Uint8Array): void => {
    kept.push(part);
    length += part.length;
  };
  const endValue = (at: number): void => {
    if (valueAt >= 0 && at - valueAt > LIMITS.salvagedValueBytes) {
      keep(bytes.subarray(copied, valueAt));
      keep(Buffer.from(REPLACEMENTS[key] ?? 'null'));
      copied = at;
    }
    valueAt = -1;
  };
  for (let at = 0; at < bytes.length && length <= LIMITS.journalEntryBytes; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(bytes, at);
      if (depth === MEMBER_DEPTH && valueAt < 0)
        key = Buffer.from(bytes.subarray(at + 1, Math.min(end, at + 64))).toString();
      at = end;
    } else if (OPENING.has(byte)) depth++;
    else if (CLOSING.has(byte)) {
      if (depth === MEMBER_DEPTH) endValue(at);
      depth--;
    } else if (depth === MEMBER_DEPTH && byte === COLON) valueAt = at + 1;
    else if (depth === MEMBER_DEPTH && byte === COMMA) endValue(at);
  }
  keep(bytes.subarray(copied));
  return length > LIMITS.journalEntryBytes ? null : Buffer.concat(kept).toString('utf8');
}

/** Where the string ends that begins at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
