import type { ByteRange, GetExecutionValue } from '@millrace/contracts';
import type { z } from 'zod';

type ValueAnswer = z.output<typeof GetExecutionValue.answer>;

/** The reply with a value, or with those of its bytes that the question names. */
export function valueAnswer(json: string, range: ByteRange | undefined): ValueAnswer {
  if (range === undefined) return { json };
  const bytes = Buffer.from(json, 'utf8');
  const { length: total } = bytes;
  const { suffix } = range;
  const start = suffix === undefined ? (range.first ?? 0) : Math.max(0, total - suffix);
  const end = Math.min(suffix === undefined ? (range.last ?? total - 1) : total - 1, total - 1) + 1;
  const part = bytes.subarray(Math.min(start, total), Math.max(start, end));
  // As base64 it would be longer than the whole.
  if (part.length > total / 2 && part.length > 1) return { json };
  return { json: '', part: { total, start, base64: part.toString('base64') } };
}
