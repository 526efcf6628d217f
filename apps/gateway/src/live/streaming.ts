import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, ERRORS, LIMITS, type EndpointDeclaration } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { Bell, type Batch, type EventFeed } from './event-feed.js';
import type { EventStream } from './event-stream.js';
import { LIVE_BOUNDS_OF_PROCESS, type LiveBounds } from './live-bounds.js';
import { OpenStreams } from './open-streams.js';

/** Between two tries of a read that fails: doubled each time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** After a page of what is behind, catching up rests for so many times as long as that page took. */
const REST = 2;
const LONGEST_REST_MS = 1_000;

/** A call whose response is a stream. */
export interface StreamCall {
  readonly endpoint: EndpointDeclaration;
  readonly request: AuthenticatedRequest & Request;
  readonly response: Response;
  /** Aborted when what it is to send is announced no more: its client comes again, and learns whether it is. */
  readonly untold?: AbortSignal;
}

/** Responds to calls with streams: reads what a feed has, sends it as fast as it is taken, and reads again when there may be more. */
@Injectable()
export class Streaming {
  readonly #reads = new Gate(LIMITS.liveReadsAtOnce);
  /** What is far behind is read in the time that the rest of the gateway leaves: its clients have waited already. */
  readonly #catchUps = new Gate(LIMITS.liveCatchUpsAtOnce);

  constructor(
    private readonly streams: OpenStreams,
    @Inject(LIVE_BOUNDS_OF_PROCESS) private readonly bounds: LiveBounds,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Resolves when the stream is over. What fails before anything is sent is thrown: TOO_MANY_STREAMS, and what the feed throws. A feed that has ended
   * with nothing to send gets 204.
   */
  async answer({ endpoint, request, response, untold }: StreamCall, feed: EventFeed): Promise<void> {
    const stream = this.streams.take(endpoint, request, response);
    untold?.addEventListener('abort', () => stream.end('failed'));
    let unfollow: (() => void) | undefined;
    try {
      const bell = new Bell();
      stream.onOver(bell.ring);
      // Before the first read, so that nothing falls between.
      unfollow = await feed.follow(bell.ring);
      const first = await this.#read(stream, feed);
      if (response.destroyed) return;
      // The gateway stops, or the token has just been revoked.
      if (stream.isOver) throw new AppError('SERVICE_UNAVAILABLE', { details: { service: 'gateway' } });
      if (first.ended && first.text === '') return void response.status(204).end();
      stream.open();
      if (request.method === 'HEAD') return stream.end('ended');
      await this.#pump(stream, feed, { first, bell });
    } finally {
      unfollow?.();
      this.streams.release(stream);
    }
  }

  async #pump(stream: EventStream, feed: EventFeed, { first, bell }: { first: Batch; bell: Bell }): Promise<void> {
    let batch = first;
    for (;;) {
      await stream.send(batch.text);
      if (batch.ended) return stream.end('ended');
      if (!batch.more && !stream.isOver) {
        // What happens within the gap is sent together; what has been stored is announced, and announcements may be lost.
        await sleep(this.bounds.readGapMs);
        await bell.heard(this.bounds.heartbeatMs);
      }
      if (stream.isOver) return;
      const next = await (batch.more ? this.#catchUp(stream, feed) : this.#readAgain(stream, feed));
      if (next === null) return stream.end('failed');
      batch = next;
    }
  }

  /** Reads the next page of what has been stored already. */
  async #catchUp(stream: EventStream, feed: EventFeed): Promise<Batch | null> {
    const leave = await this.#catchUps.enter(stream.principal.organisationId);
    try {
      const began = performance.now();
      const batch = await this.#readAgain(stream, feed);
      await sleep(Math.min(REST * (performance.now() - began), LONGEST_REST_MS));
      return batch;
    } finally {
      leave();
    }
  }

  /** Tries again while that may help; null when it does not. */
  async #readAgain(stream: EventStream, feed: EventFeed): Promise<Batch | null> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await this.#read(stream, feed);
      } catch (error) {
        const mayPass = error instanceof AppError && ERRORS[error.code].retryable;
        if (!(error instanceof AppError)) this.logger.warn({ err: error }, 'What a stream is to send cannot be read');
        if (!mayPass || stream.isOver) return null;
        await sleep(pause);
      }
    }
  }

  async #read(stream: EventStream, feed: EventFeed): Promise<Batch> {
    const leave = await this.#reads.enter(stream.principal.organisationId);
    try {
      return stream.isOver ? { text: '', more: false, ended: false } : await feed.next();
    } finally {
      leave();
    }
  }
}
