import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AppError, TokenSnapshot, type EndpointDeclaration } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { organisationOf } from '@millrace/service-kit/organisations';
import { tokenHash } from '@millrace/service-kit/token-hash';
import type { Request, Response } from 'express';
import { mayCall } from '../auth/access.js';
import type { AuthenticatedRequest, Principal } from '../auth/principal.js';
import { bearerToken, isExpired, TOKEN_LOOKUP } from '../auth/token.guard.js';
import { EventStream } from './event-stream.js';
import { LIVE_BOUNDS_OF_PROCESS, type LiveBounds } from './live-bounds.js';
import { streamsOpen } from './live.metrics.js';

/** The streams that this process holds open: how many, for how long, and whether their tokens are still good. One timer serves all of them. */
@Injectable()
export class OpenStreams implements OnModuleInit, OnModuleDestroy {
  readonly #streams = new Map<EventStream, EndpointDeclaration>();
  readonly #byOrganisation = new Map<string, number>();
  #beats: NodeJS.Timeout | undefined;
  #checks: NodeJS.Timeout | undefined;
  #isChecking = false;
  #isStopping = false;

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    @Inject(LIVE_BOUNDS_OF_PROCESS) private readonly bounds: LiveBounds,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'debug'>,
  ) {}

  onModuleInit(): void {
    const { heartbeatMs, tokenCheckMs } = this.bounds;
    this.#beats = setInterval(() => this.#beat(), Math.max(10, heartbeatMs / 15));
    this.#checks = setInterval(() => void this.#checkTokens(), tokenCheckMs);
  }

  /** Before the server is closed, which waits for open requests: clients go on at another gateway. */
  onModuleDestroy(): void {
    this.#isStopping = true;
    clearInterval(this.#beats);
    clearInterval(this.#checks);
    for (const stream of this.#streams.keys()) stream.end('shutdown');
  }

  /** A place for a stream, which is given back when that is over. Throws TOO_MANY_STREAMS, and SERVICE_UNAVAILABLE in a gateway that stops. */
  take(endpoint: EndpointDeclaration, request: AuthenticatedRequest & Request, response: Response): EventStream {
    const { organisationId } = request.principal as Principal;
    const own = this.#byOrganisation.get(organisationId) ?? 0;
    if (this.#isStopping) throw new AppError('SERVICE_UNAVAILABLE', { details: { service: 'gateway' } });
    if (own >= this.bounds.perOrganisation) throw tooMany(this.bounds.perOrganisation);
    if (this.#streams.size >= this.bounds.all) throw tooMany(this.bounds.all);
    const caller = {
      tokenHash: tokenHash(bearerToken(request.headers.authorization)),
      principal: request.principal as Principal,
    };
    const stream = new EventStream(response, caller, this.bounds.stalledMs);
    this.#streams.set(stream, endpoint);
    this.#byOrganisation.set(organisationId, own + 1);
    streamsOpen.set(this.#streams.size);
    return stream;
  }

  /** Gives its place back. */
  release(stream: EventStream): void {
    if (!this.#streams.delete(stream)) return;
    const { organisationId } = stream.principal;
    const left = (this.#byOrganisation.get(organisationId) ?? 1) - 1;
    if (left > 0) this.#byOrganisation.set(organisationId, left);
    else this.#byOrganisation.delete(organisationId);
    streamsOpen.set(this.#streams.size);
  }

  #beat(): void {
    const before = performance.now() - this.bounds.streamMs;
    for (const stream of this.#streams.keys()) {
      if (stream.openedAt < before) stream.end('time');
      else stream.beat(this.bounds.heartbeatMs);
    }
  }

  /** What cannot be looked up stays as it is: then nothing can be sent either. */
  async #checkTokens(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const known = new Map<string, Promise<Principal | null>>();
    for (const [stream, endpoint] of this.#streams) {
      const principal = known.get(stream.tokenHash) ?? this.#principalOf(stream.tokenHash);
      known.set(stream.tokenHash, principal);
      try {
        if (!isGood(stream, endpoint, await principal)) stream.end('token');
      } catch (error) {
        this.logger.debug({ err: error }, 'Whether the token of an open stream is still good is not known');
      }
    }
    this.#isChecking = false;
  }

  async #principalOf(hash: string): Promise<Principal | null> {
    const { snapshots } = this.bus;
    const known = await snapshots.get(TokenSnapshot, { token_hash: hash }, TOKEN_LOOKUP);
    if (!known || isExpired(known)) return null;
    const { organisation_id: organisationId, token_id: tokenId, scopes } = known;
    return { organisationId, tokenId, scopes, organisation: await organisationOf(snapshots, organisationId) };
  }
}

function isGood({ principal: { organisationId } }: EventStream, endpoint: EndpointDeclaration, now: Principal | null) {
  return now?.organisationId === organisationId && mayCall(now, endpoint) && !now.organisation?.suspended;
}

function tooMany(limit: number): AppError {
  return new AppError('TOO_MANY_STREAMS', { details: { limit } });
}
