import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LIMITS } from '@millrace/contracts';

/**
 * Hands the requests of a connection on one after another. Node hands on all that have arrived, a thousand small ones in
 * one piece of data, and keeps every answer until the one before it has been taken: a client that reads nothing would fill the
 * memory with them, and one that sends many at once would hold up all others. More than LIMITS.pipelinedRequests behind
 * the one that is under way are no client's need: the connection is closed.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, (() => void)[]>();
  const begin = (request: IncomingMessage, response: ServerResponse, queue: (() => void)[]): void => {
    const { socket } = request;
    // Comes when all of the answer is with the system, or its connection gone.
    response.once('close', () => {
      const next = queue.shift();
      if (next === undefined || socket.destroyed) waiting.delete(socket);
      else next();
    });
    listener(request, response);
  };
  return (request, response) => {
    const { socket } = request;
    // What came in the same piece of data as the request too many.
    if (socket.destroyed) return;
    const queue = waiting.get(socket);
    if (queue === undefined) {
      const own: (() => void)[] = [];
      waiting.set(socket, own);
      begin(request, response, own);
    } else if (queue.length < LIMITS.pipelinedRequests) queue.push(() => begin(request, response, queue));
    else socket.destroy();
  };
}
