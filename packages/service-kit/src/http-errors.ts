import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AppError, ERRORS, shortened, type ErrorCode } from '@millrace/contracts';
import type { Request, Response } from 'express';
import type { Logger } from './logging.js';

/** A request after the request-id middleware: every response, good or bad, carries the id. */
export interface IdentifiedRequest extends Request {
  requestId?: string;
}

/** A full store is freed by people, or by time, and a pause is ended by people. */
const BY_PEOPLE: readonly ErrorCode[] = ['STORAGE_FULL', 'STARTS_PAUSED'];
const BY_PEOPLE_RETRY_SECONDS = '10';

/** Characters of a path that answers and log lines repeat. */
const REPEATED_PATH = 200;

/** The one place where a failure becomes an HTTP answer: the reference's error shape, plus the request id. */
@Catch()
export class CatalogueExceptionFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<IdentifiedRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    this.answer(exception, request, response);
  }

  /** Responds to a failure outside Nest's pipeline too (body parser, middleware). */
  answer(exception: unknown, request: IdentifiedRequest, response: Response): void {
    const error = toAppError(exception, request);
    const level = error.entry.kind === 'bug' ? 'error' : error.entry.kind === 'operational' ? 'warn' : 'debug';
    this.logger[level](
      {
        err: error.entry.kind === 'user' ? undefined : exception,
        code: error.code,
        requestId: request.requestId,
        method: request.method,
        path: shortened(request.path, REPEATED_PATH),
      },
      error.message,
    );
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.entry.retryable && error.entry.status === 503)
      response.setHeader('Retry-After', BY_PEOPLE.includes(error.code) ? BY_PEOPLE_RETRY_SECONDS : '1');
    response.status(error.entry.status);
    this.send(error, request, response);
  }

  /** The body of the answer. */
  protected send(error: AppError, request: IdentifiedRequest, response: Response): void {
    response.json({
      error: { ...error.toBody(), details: error.details ?? {}, request_id: request.requestId ?? null },
    });
  }
}

/** Every failure as one of the catalogue. What is none of ours becomes INTERNAL_ERROR, without its text. */
export function toAppError(exception: unknown, request: { method: string; path: string }): AppError {
  if (exception instanceof AppError) return exception;
  if (exception instanceof HttpException) {
    const code = HTTP_STATUS_CODES[exception.getStatus()];
    if (code === 'ROUTE_NOT_FOUND') {
      const path = shortened(request.path, REPEATED_PATH);
      return new AppError(code, {
        message: `The API has no route ${request.method} ${path}. Its routes begin with /v1, and /docs lists them`,
        details: { method: request.method, path },
      });
    }
    if (code) return new AppError(code, { cause: exception });
  }
  return new AppError('INTERNAL_ERROR', { cause: exception });
}

const HTTP_STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  [ERRORS.ROUTE_NOT_FOUND.status]: 'ROUTE_NOT_FOUND',
  [ERRORS.INVALID_INPUT.status]: 'INVALID_INPUT',
  [ERRORS.UNAUTHORIZED.status]: 'UNAUTHORIZED',
  [ERRORS.FORBIDDEN.status]: 'FORBIDDEN',
  [ERRORS.METHOD_NOT_ALLOWED.status]: 'METHOD_NOT_ALLOWED',
  [ERRORS.PAYLOAD_TOO_LARGE.status]: 'PAYLOAD_TOO_LARGE',
  [ERRORS.UNSUPPORTED_MEDIA_TYPE.status]: 'UNSUPPORTED_MEDIA_TYPE',
};
