import { LIMITS } from '@millrace/contracts';
import type { NextFunction, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { BodyRoom } from './body-room.js';

/** What of the bodies of answers is not with the system yet. They don't wait for each other, so the gate is not used. */
const answerRoom = new BodyRoom(LIMITS.heldAnswerBytes, 1);

/**
 * Bounds the memory of answers that their clients do not take, or take slowly. When there is no more room, the connection of the
 * largest one is closed, of the organisation that holds the most: that of the token, or of the webhook that is called. Answers for which
 * nobody pays are small or shared by all who ask.
 */
export function holdUnreadAnswer(request: AuthenticatedRequest, response: Response, next: NextFunction): void {
  response.once('prefinish', () => {
    const bytes = response.socket?.writableLength ?? 0;
    const owner = request.principal?.organisationId ?? request.calledOrganisationId;
    if (bytes <= LIMITS.inlinePayloadBytes || owner === undefined) return;
    const held = answerRoom.open(owner, () => response.socket?.destroy());
    response.once('close', held.release);
    held.grew(bytes);
  });
  next();
}
