import type { Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';

/**
 * For an answer that is given up to `ms` later, on purpose. Until the returned function is called, silence on the connection does not close it; and the
 * body takes no room or turn from others. Calls `gone` when the client goes away.
 */
export function answerLater(
  request: AuthenticatedRequest,
  response: Response,
  ms: number,
  gone: () => void,
): () => void {
  request.releaseBody?.();
  const { socket } = response;
  const usual = socket?.timeout;
  if (usual) socket.setTimeout(usual + ms);
  response.once('close', gone);
  // It has gone while its request was being worked on.
  if (response.destroyed) gone();
  return () => {
    response.off('close', gone);
    if (usual && !socket.destroyed) socket.setTimeout(usual);
  };
}
