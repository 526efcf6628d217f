import { AppError, jsonExcess, LIMITS, shortened, type JsonBounds, type JsonTally } from '@millrace/contracts';
import { parseJson, TooManyExactNumbersError } from '@millrace/expression/exact';

const BYTE_ORDER_MARK = '\ufeff';

/** What is said of a body that is beyond a bound. */
const EXCESS: Readonly<Record<keyof JsonBounds, (limit: number, at: number) => string>> = {
  depth: (limit) => `nests deeper than ${limit} levels`,
  values: (limit) => `has more than ${limit} values`,
  names: (limit) => `has more than ${limit} different names; send a list of objects with the same names instead`,
  digits: (limit, at) => `has a number of more than ${limit} characters, at byte ${at + 1}; write it as a text`,
};

/**
 * The text of a body in UTF-8, the only encoding that is read: bounds are checked on the bytes, which mean something
 * else in another one. A byte order mark is no part of the text. Throws UNSUPPORTED_MEDIA_TYPE.
 */
export function utf8Text(body: Buffer, contentType: string | undefined): string {
  requireUtf8(contentType);
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Refuses a content type that names another encoding than UTF-8: UNSUPPORTED_MEDIA_TYPE. */
export function requireUtf8(contentType: string | undefined): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType?.slice(0, 500) ?? '')?.[1];
  if (charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset)) return;
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `The request body must be in UTF-8, not ${shortened(charset)}`,
    details: { charset: shortened(charset) },
  });
}

/**
 * Parses a JSON body after its depth and the number of its values have been checked; of a part of a body `tally` has what the parts before had, and is added
 * to. Throws INVALID_JSON with the position, or UNSUPPORTED_MEDIA_TYPE.
 */
export function parseJsonBody(body: Buffer, contentType?: string, tally?: JsonTally): unknown {
  requireUtf8(contentType);
  const bounds = {
    depth: LIMITS.jsonDepth,
    values: LIMITS.jsonValues,
    names: LIMITS.jsonNames,
    digits: LIMITS.jsonNumberDigits,
  };
  const excess = jsonExcess(body, bounds, tally);
  if (excess !== null) {
    const said = EXCESS[excess.bound](bounds[excess.bound], excess.at);
    throw new AppError('INVALID_JSON', { message: `The request body ${said}` });
  }
  try {
    const left = LIMITS.jsonExactNumbers - (tally?.exactNumbers ?? 0);
    return parseJson(utf8Text(body, contentType), left, (exact) => {
      if (tally !== undefined) tally.exactNumbers += exact;
    });
  } catch (error) {
    if (error instanceof TooManyExactNumbersError)
      throw new AppError('INVALID_JSON', {
        message: `The request body cannot be read. ${new TooManyExactNumbersError(LIMITS.jsonExactNumbers).message}`,
        cause: error,
      });
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('INVALID_JSON', { message: `The request body is not valid JSON: ${reason}`, cause: error });
  }
}
