import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LIMITS } from '@millrace/contracts';

/** Where a connection has the requests that wait behind the one under way. */
const WAITING = Symbol('waiting');

type Ordered = Socket & { [WAITING]?: (() => void)[] | undefined };

/**
 * Hands the requests of a connection on one after another. Node hands on all that have arrived, a thousand small ones in
 * one piece of data, and keeps every answer until the one before it has been taken: a client that reads nothing would fill the
 * memory with them, and one that sends many at once would hold up all others. More than LIMITS.pipelinedRequests behind
 * the one that is under way are no client's need: the connection is closed.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const begin = (request: IncomingMessage, response: ServerResponse, queue: (() => void)[]): void => {
    const socket: Ordered = request.socket;
    // Comes when all of the answer is with the system, or its connection gone.
    response.once('close', () => {
      const next = queue.shift();
      if (next === undefined || socket.destroyed) socket[WAITING] = undefined;
      else next();
    });
    listener(request, response);
  };
  return (request, response) => {
    const socket: Ordered = request.socket;
    // What came in the same piece of data as the request too many.
    if (socket.destroyed) return;
    const queue = socket[WAITING];
    if (queue === undefined) {
      const own: (() => void)[] = [];
      socket[WAITING] = own;
      begin(request, response, own);
    } else if (queue.length < LIMITS.pipelinedRequests) queue.push(() => begin(request, response, queue));
    else socket.destroy();
  };
}
