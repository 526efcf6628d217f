import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { catchError, from, mergeMap, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { endpointOf } from '../http/endpoint-metadata.js';
import { AuditRecorder, type BegunEntry } from './audit-recorder.js';
import { recordedBy, writeOf } from './recorded-write.js';

/**
 * Records every write in the audit log, by what its endpoint declares: no handler does it, and none can leave it out. The entry begins when
 * the call has been read and checked (`callReader`), just before the handler runs; a call that is refused before that changes nothing. Applied by
 * `@Endpoint`.
 */
@Injectable()
export class RecordedWritesInterceptor implements NestInterceptor {
  constructor(private readonly recorder: AuditRecorder) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest & Request>();
    const recorded = recordedBy(endpointOf(context), request);
    if (recorded === undefined) return next.handle();
    let begun: BegunEntry | undefined;
    request.beginAuditEntry = async () => {
      begun = await this.recorder.begin(writeOf(recorded, request));
      return begun.id;
    };
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        if (begun) await this.recorder.succeeded(begun, answer);
        return answer;
      }),
      catchError((error: unknown) => from(this.#failed(begun, error))),
    );
  }

  async #failed(begun: BegunEntry | undefined, error: unknown): Promise<never> {
    if (begun) await this.recorder.failed(begun, error);
    throw error;
  }
}
