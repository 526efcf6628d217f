import { AppError, shortened } from '@millrace/contracts';
import { formFields } from '@millrace/service-kit/form-fields';
import { parseJsonBody, utf8Text } from '@millrace/service-kit/request-body';

/** What a webhook call carries, as the workflow's `input`. */
export type WebhookInput = unknown;

/**
 * Reads the body of a webhook call by its content type: JSON as it is, forms as an object, other text as a string.
 * Without a body the query parameters are the input. Throws INVALID_JSON with the parser's position, INVALID_INPUT for a
 * form with too many fields, UNSUPPORTED_MEDIA_TYPE.
 */
export function webhookInput(call: {
  body: Buffer;
  contentType: string | undefined;
  query: Readonly<Record<string, string | string[]>>;
}): WebhookInput {
  const { body, contentType } = call;
  if (body.length === 0) return call.query;
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/x-www-form-urlencoded') return form(utf8Text(body, contentType));
  if (mediaType.startsWith('text/') && mediaType !== 'text/json') return utf8Text(body, contentType);
  // Many senders name no type, or a vendor's: JSON is what webhooks are made of.
  const declaredJson =
    mediaType === '' || mediaType === 'application/json' || mediaType === 'text/json' || mediaType.endsWith('+json');
  if (declaredJson || looksLikeJson(body)) return parseJsonBody(body, contentType);
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `A webhook takes JSON, a form or text, not ${shortened(mediaType)}`,
    details: { content_type: shortened(mediaType) },
  });
}

/** `a=1&a=2` gives a list. GitHub can send its JSON in a form field called `payload`: that is what is meant then. */
function form(text: string): unknown {
  const fields = formFields(text, 'form');
  const { payload } = fields;
  const alone = Object.keys(fields).length === 1;
  if (alone && typeof payload === 'string' && /^\s*[[{]/.test(payload)) return parseJsonBody(Buffer.from(payload));
  return fields;
}

/** Behind a byte order mark too, which is three characters in this encoding. */
function looksLikeJson(body: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*[[{]/.test(body.toString('latin1', 0, 64));
}
