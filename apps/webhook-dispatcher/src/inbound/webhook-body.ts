import { AppError, LIMITS, nestsDeeperThan } from '@millrace/contracts';

/** What a webhook call carries, as the workflow's `input`. */
export type WebhookInput = unknown;

/**
 * Reads the body of a webhook call by its content type: JSON as it is, forms as an object, other text as a string.
 * Without a body the query parameters are the input. Throws INVALID_JSON with the parser's position.
 */
export function webhookInput(call: {
  body: Buffer;
  contentType: string | undefined;
  query: Readonly<Record<string, string | string[]>>;
}): WebhookInput {
  if (call.body.length === 0) return call.query;
  const mediaType = (call.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/x-www-form-urlencoded') return form(call.body);
  if (mediaType.startsWith('text/') && mediaType !== 'text/json') return call.body.toString('utf8');
  // Many senders name no type, or a vendor's: JSON is what webhooks are made of.
  const declaredJson =
    mediaType === '' || mediaType === 'application/json' || mediaType === 'text/json' || mediaType.endsWith('+json');
  if (declaredJson || looksLikeJson(call.body)) return json(call.body);
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `A webhook takes JSON, a form or text, not ${mediaType}`,
    details: { content_type: mediaType },
  });
}

function json(body: Buffer): unknown {
  if (nestsDeeperThan(body, LIMITS.jsonDepth)) {
    throw new AppError('INVALID_JSON', { message: `The request body nests deeper than ${LIMITS.jsonDepth} levels` });
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new AppError('INVALID_JSON', {
      message: `The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    });
  }
}

/** `a=1&a=2` gives a list. GitHub can send its JSON in a form field called `payload`: that is what is meant then. */
function form(body: Buffer): unknown {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  const payload = fields.get('payload');
  if (fields.size === 1 && typeof payload === 'string' && /^\s*[[{]/.test(payload)) return json(Buffer.from(payload));
  return Object.fromEntries(fields);
}

function looksLikeJson(body: Buffer): boolean {
  return /^\s*[[{]/.test(body.toString('latin1', 0, 64));
}
