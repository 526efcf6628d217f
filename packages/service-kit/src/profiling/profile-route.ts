import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AppError, LIMITS } from '@millrace/contracts';
import { tokenHash } from '../token-hash.js';
import type { Logger } from '../logging.js';
import { cpuProfile, heapSnapshot, type ProfileKind } from './profiles.js';

/** A profile that is about to be taken. */
export interface AskedProfile {
  readonly kind: ProfileKind;
  /** Where from. */
  readonly address: string | null;
}

/** What it needs. */
export interface ProfileRouteNeeds {
  readonly logger: Pick<Logger, 'warn'>;
  /** Records it where the operator's acts are; rejects when it cannot, and then it is not taken. */
  readonly record: (profile: AskedProfile) => Promise<void>;
}

/** `POST /profile?kind=cpu&seconds=10` of the operations port, for whoever has its token: takes a profile of this process, one at a time. */
export class ProfileRoute {
  readonly #hash: Buffer;
  #isBusy = false;

  constructor(
    token: string,
    private readonly needs: ProfileRouteNeeds,
  ) {
    this.#hash = Buffer.from(tokenHash(token));
  }

  /** Responds to a request; never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const asked = this.#read(request);
      if (this.#isBusy)
        throw new AppError('SERVICE_UNAVAILABLE', { message: 'Another profile of this process is being taken' });
      this.#isBusy = true;
      try {
        await this.#take(asked, response);
      } finally {
        this.#isBusy = false;
      }
    } catch (error) {
      refuse(error, response);
    }
  }

  #read({ method, url = '', headers, socket }: IncomingMessage): AskedProfile & { readonly milliseconds: number } {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(this.#hash, Buffer.from(tokenHash(token))))
      throw new AppError('UNAUTHORIZED', { message: 'A profile needs "Authorization: Bearer" and the profile token' });
    if (method !== 'POST') throw new AppError('METHOD_NOT_ALLOWED', { message: 'A profile is asked for by POST' });
    const query = new URL(url, 'http://localhost').searchParams;
    const kind = query.get('kind') ?? 'cpu';
    const milliseconds = Number(query.get('seconds') ?? '10') * 1_000;
    if ((kind !== 'cpu' && kind !== 'heap') || !(milliseconds > 0 && milliseconds <= LIMITS.cpuProfileMs))
      throw new AppError('INVALID_INPUT', {
        message: `kind must be cpu or heap, and seconds a number up to ${LIMITS.cpuProfileMs / 1_000}`,
      });
    return { kind, milliseconds, address: socket.remoteAddress ?? null };
  }

  async #take({ kind, milliseconds, address }: AskedProfile & { milliseconds: number }, response: ServerResponse) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await this.needs.record({ kind, address });
    this.needs.logger.warn({ kind, address }, 'A profile of this process is taken');
    const { content, extension } = kind === 'heap' ? heapSnapshot() : await cpuProfile(milliseconds, gone.signal);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'x-profile-extension': extension });
    // Whoever takes it slowly holds it in our memory meanwhile.
    await pipeline(content, response, { signal: AbortSignal.timeout(LIMITS.profileTransferMs) });
  }
}

function refuse(error: unknown, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const known = error instanceof AppError ? error : new AppError('INTERNAL_ERROR', { cause: error });
  response.writeHead(known.entry.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: known.toBody() }));
}
