import type { Server } from 'node:http';
import { LoopTurns } from '@millrace/messaging';
import type { RequestHandler } from 'express';
import { callerKey } from '../rate-limits/caller-address.js';

/** Requests that are begun in one turn of the event loop while connections come: few, for in each turn one of them is taken. */
const AT_ONCE = 4;

/** While few come: what begins together leaves together too, which halves the work of everybody behind. */
const AT_ONCE_WHEN_CALM = 32;

/** While connections come, a request is begun for each of them, in every fourth turn. */
const PASSES = AT_ONCE - 1;

/** Begins requests in turns of their addresses, so that one that sends a thousand at once does not hold up the others. */
export function takeTurns(server: Server): RequestHandler {
  const turns = new LoopTurns({ atOnce: AT_ONCE, atOnceWhenCalm: AT_ONCE_WHEN_CALM, mostPasses: PASSES });
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
