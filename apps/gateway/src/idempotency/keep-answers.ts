import { HttpStatus, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import type { Response } from 'express';
import { catchError, from, mergeMap, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { endpointOf } from '../http/endpoint-metadata.js';
import type { HeldKey } from './held-key.js';
import { KeyedWrites } from './keyed-writes.js';
import { markReplayed, ReplayedAnswer } from './replayed.js';

/** Headers of an answer that its handler sets. */
const HANDLERS_HEADERS = ['ETag', 'Location'];

/**
 * Keeps the answers of writes under an `Idempotency-Key`, and gives them again. The key is taken when the call has been read and checked (`callReader`), just
 * before its handler runs. A call without a key passes untouched. Applied by `@Endpoint`.
 */
@Injectable()
export class KeyedWritesInterceptor implements NestInterceptor {
  constructor(private readonly writes: KeyedWrites) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const { keyedWrite: key } = request;
    if (key === undefined) return next.handle();
    const response = http.getResponse<Response>();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    let held: HeldKey | undefined;
    request.takeKey = async () => {
      held = await this.writes.begin(key, gone.signal);
      return held.write;
    };
    const isDelete = endpointOf(context)?.answer.status === HttpStatus.NO_CONTENT;
    return next.handle().pipe(
      mergeMap((body: unknown) => this.#succeeded(body, held, response)),
      catchError((error: unknown) =>
        from(
          isDelete && held && isGone(error, held)
            ? this.#succeeded(undefined, held, response)
            : this.#failed(error, held, response),
        ),
      ),
    );
  }

  async #succeeded(body: unknown, held: HeldKey | undefined, response: Response): Promise<unknown> {
    if (held) await this.writes.succeeded(held, { status: response.statusCode, headers: headersOf(response), body });
    return body;
  }

  /** The body of the answer that is given again; rejects with any other failure, when the key is free. */
  async #failed(error: unknown, held: HeldKey | undefined, response: Response): Promise<unknown> {
    if (error instanceof ReplayedAnswer) {
      const { status, headers, body } = error.answer;
      response.status(status).set(headers);
      markReplayed(response);
      return body;
    }
    if (held) await this.writes.failed(held, error);
    throw error;
  }
}

/** What was begun before and is to go is not there: as far as anybody can know, that is why. */
function isGone(error: unknown, { write }: HeldKey): boolean {
  return write.again && error instanceof AppError && error.entry.status === 404;
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(
    HANDLERS_HEADERS.flatMap((name) => {
      const value = response.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
