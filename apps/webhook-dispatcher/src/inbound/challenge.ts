import { AppError, LIMITS, type WebhookSignature } from '@millrace/contracts';
import { parseJsonBody } from '@millrace/service-kit/request-body';
import { isJson, mediaTypeOf } from './media-types.js';
import { rulesOf } from './signature.js';

/**
 * The challenge in a call whose signature was verified, where its scheme has senders verify an address before they send anything to it; undefined for
 * every other call, also for one that cannot be read. Never throws.
 */
export function challengeIn(
  signature: WebhookSignature | undefined,
  body: Buffer,
  contentType: string | undefined,
): string | undefined {
  const find = signature && rulesOf(signature)?.challenge;
  // Ordinary events are larger than such a body, most of them, and need not be parsed twice.
  if (find === undefined || body.length > LIMITS.webhookChallengeBytes) return undefined;
  const mediaType = mediaTypeOf(contentType);
  if (mediaType !== '' && !isJson(mediaType)) return undefined;
  try {
    return find(parseJsonBody(body, contentType));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
