import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { catchError, from, mergeMap, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { KeyedWrites, ReplayedAnswer, type HeldKey } from './keyed-writes.js';
import { markReplayed } from './replayed.js';

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
    let held: HeldKey | undefined;
    request.takeKey = async () => {
      held = await this.writes.begin(key);
    };
    return next.handle().pipe(
      mergeMap(async (body: unknown) => {
        if (held)
          await this.writes.succeeded(held, { status: response.statusCode, headers: headersOf(response), body });
        return body;
      }),
      catchError((error: unknown) => from(this.#failed(error, held, response))),
    );
  }

  /** The body of the answer that is given again; rejects with any other failure, when the key is free. */
  async #failed(error: unknown, held: HeldKey | undefined, response: Response): Promise<unknown> {
    if (error instanceof ReplayedAnswer) {
      const { status, headers, body } = error.answer;
      response.status(status).set(headers);
      markReplayed(response);
      return body;
    }
    if (held) await this.writes.failed(held);
    throw error;
  }
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(
    HANDLERS_HEADERS.flatMap((name) => {
      const value = response.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
