import { AsyncLocalStorage } from 'node:async_hooks';
import { hkdfSync, randomBytes } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { idMadeOf, newId } from '@millrace/contracts';
import type { KeyedWrite, RequestContext } from '@millrace/messaging';
import { from, lastValueFrom, type Observable } from 'rxjs';

const underWay = new AsyncLocalStorage<KeyedWrite>();

/** The write under an `Idempotency-Key` that the question which is being served is part of, if it is. */
export function keyedWrite(): KeyedWrite | undefined {
  return underWay.getStore();
}

/**
 * The id of what is being made: under an `Idempotency-Key` the one that was chosen for it, the same for every repetition. What is there under it was
 * made by an earlier one, since nobody else can have the id; a question may make one thing of a kind.
 */
export function idOfWrite(kind: Parameters<typeof newId>[0]): string {
  const write = keyedWrite();
  return write ? idMadeOf(kind, write.id) : newId(kind);
}

/** Secret bytes for what is being made, and shown once: under an `Idempotency-Key` the same for every repetition. */
export function bytesOfWrite(purpose: string, length: number): Buffer {
  const write = keyedWrite();
  if (write === undefined) return randomBytes(length);
  const seed = Buffer.from(write.seed, 'base64url');
  return Buffer.from(hkdfSync('sha256', seed, write.id, `millrace ${purpose} v1`, length));
}

/** Does work as a part of a write. */
export function duringWrite<Result>(write: KeyedWrite, work: () => Result): Result {
  return underWay.run(write, work);
}

/** Passes to whatever serves a question the write that it is part of. Other questions pass untouched. */
@Injectable()
export class KeyedWriteInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { write } = context.switchToRpc().getContext<RequestContext>();
    if (write === undefined) return next.handle();
    return from(duringWrite(write, () => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }
}
