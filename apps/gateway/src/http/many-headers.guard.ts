import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError, LIMITS } from '@millrace/contracts';
import type { Request } from 'express';

/**
 * Refuses a request with more headers than anybody needs: INVALID_INPUT. Their size is bounded by the server. It comes
 * after the rate limits, so that the call is counted and the answer says what is left.
 */
@Injectable()
export class ManyHeadersGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { rawHeaders } = context.switchToHttp().getRequest<Request>();
    // Names and values take turns.
    if (rawHeaders.length <= 2 * LIMITS.requestHeaders) return true;
    throw new AppError('INVALID_INPUT', { message: `The request has more than ${LIMITS.requestHeaders} headers` });
  }
}
