import { createServer, type RequestListener, type Server } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Application } from 'express';
import { LIMITS } from '@millrace/contracts';
import { limitConnections } from './connection-counts.js';
import { expressClasses } from './express-classes.js';
import { oneAtATime } from './one-at-a-time.js';
import { paceArrivals } from './paced-arrivals.js';
import { refuseUnreadable } from './unreadable-requests.js';

/** Times that a client may take, in milliseconds: a stalled upload must not hold a socket for ever. */
export interface ClientTimes {
  /** To send the headers of a request; the connection gets 408 and is closed beyond. */
  readonly headersTimeout: number;
  /** To send a whole request; the connection gets 408 and is closed beyond. */
  readonly requestTimeout: number;
  /** Between two requests of a connection. */
  readonly keepAliveTimeout: number;
  /** To send what is left of a body that was refused; the connection is closed beyond. */
  readonly discardTimeout: number;
  /** In which nothing is sent or taken on a connection with an open request; the connection is closed beyond. */
  readonly timeout: number;
  /** How often the server looks at the times of headers and requests. */
  readonly connectionsCheckingInterval: number;
}

export const CLIENT_TIMES: ClientTimes = {
  headersTimeout: LIMITS.requestHeaderMs,
  requestTimeout: LIMITS.requestMs,
  keepAliveTimeout: LIMITS.idleConnectionMs,
  discardTimeout: LIMITS.discardedBodyMs,
  timeout: LIMITS.stalledConnectionMs,
  connectionsCheckingInterval: 5_000,
};

/** Nest's adapter with a server that bounds what a client may send before any of our code sees it. */
export class BoundedServerAdapter extends ExpressAdapter {
  constructor(
    private readonly times: ClientTimes,
    private readonly connectionsPerAddress: number,
  ) {
    const application = express();
    // What a route is must not depend on who looks: an address differs from itself in other letters. The router is made
    // with the setting that it finds, so this comes before anything that adds a route.
    application.enable('case sensitive routing');
    super(application);
  }

  /** With room for all connections that one address may open at once: the system would let others wait a second for another try. */
  override listen(port: string | number, ...more: unknown[]): Server {
    const host = typeof more[0] === 'string' ? more.shift() : undefined;
    const listening = more[0] as (() => void) | undefined;
    return (this.httpServer as Server).listen(
      {
        port: Number(port),
        backlog: LIMITS.connectionsPerAddress,
        ...(host === undefined ? {} : { host: host as string }),
      },
      listening,
    );
  }

  override initHttpServer(): void {
    const listener = oneAtATime(this.getInstance<RequestListener>());
    const { timeout, ...times } = this.times;
    const classes = expressClasses(this.getInstance<Application>());
    this.httpServer = createServer({ maxHeaderSize: LIMITS.requestHeaderBytes, ...times, ...classes }, listener);
    // No option of the constructor.
    this.httpServer.timeout = timeout;
    // Without a listener Node requests the body at once, before it is known whether it is needed.
    this.httpServer.on('checkContinue', listener);
    limitConnections(this.httpServer, this.connectionsPerAddress, (address) => {
      const trusts = this.getInstance<Application>().get('trust proxy fn') as (address: string, hop: number) => boolean;
      return trusts(address, 0);
    });
    paceArrivals(this.httpServer);
    refuseUnreadable(this.httpServer);
    // Express refuses too many; Node would drop them without a word.
    this.httpServer.maxHeadersCount = 0;
  }
}
