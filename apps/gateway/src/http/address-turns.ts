import type { Server } from 'node:http';
import { LoopTurns } from '@millrace/messaging';
import type { RequestHandler } from 'express';
import { callerKey } from '../rate-limits/caller-address.js';

/** Requests that are begun in one turn of the event loop: few, for in each turn one new connection is taken. */
const AT_ONCE = 4;

/** While connections come, a request is begun for each of them, in every fourth turn. */
const PASSES = AT_ONCE - 1;

/** Begins requests in turns of their addresses, so that one that sends a thousand at once does not hold up the others. */
export function takeTurns(server: Server): RequestHandler {
  const turns = new LoopTurns(AT_ONCE, PASSES);
  server.on('connection', () => turns.pass());
  return (request, _response, next) =>
    turns.begin(
      () => callerKey(request.ip),
      () => {
        // Who has gone away meanwhile costs nothing more.
        if (!request.socket.destroyed) next();
      },
    );
}
