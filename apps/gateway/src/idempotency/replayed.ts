import { AppError } from '@millrace/contracts';
import type { Response } from 'express';
import type { IdempotencyKey } from './idempotency-key.js';
import { openAnswer, type KeptAnswer } from './sealed-answer.js';

/** Thrown in the place of carrying out a write that was carried out before: what was returned then. */
export class ReplayedAnswer extends Error {
  constructor(readonly answer: KeptAnswer) {
    super('The request was carried out before, under the same Idempotency-Key');
    this.name = 'ReplayedAnswer';
  }
}

/** Says with an answer that the request was carried out before. */
export function markReplayed(response: Response): void {
  response.setHeader('Idempotency-Replayed', 'true');
}

/** What a request gets under a key whose answer was kept; empty: it was too large. */
export async function replayOf(sealed: string, key: IdempotencyKey): Promise<ReplayedAnswer | AppError> {
  if (sealed === '') return new AppError('IDEMPOTENCY_ANSWER_NOT_KEPT', { details: { reason: 'too_large' } });
  const answer = await openAnswer(Buffer.from(sealed, 'base64'), key.secrets);
  if (answer !== null) return new ReplayedAnswer(answer);
  return new AppError('IDEMPOTENCY_ANSWER_NOT_KEPT', {
    message:
      'The request was carried out with another API token, which alone can be given its answer again; read what it has changed',
    details: { reason: 'other_token' },
  });
}
