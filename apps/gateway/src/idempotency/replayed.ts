import type { Response } from 'express';

/** Says with an answer that the request was carried out before. */
export function markReplayed(response: Response): void {
  response.setHeader('Idempotency-Replayed', 'true');
}
