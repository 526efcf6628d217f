import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AppError, ERRORS, type ErrorCode } from '@millrace/contracts';
import type { Request, Response } from 'express';
import type { Logger } from './logging.js';

/** A request after the request-id middleware: every answer, good or bad, tells the id. */
export interface IdentifiedRequest extends Request {
  requestId?: string;
}

/** A full store is freed by people, or by time. */
const STORAGE_FULL_RETRY_SECONDS = '10';

/** The one place where a failure becomes an HTTP answer: the reference's error shape, plus the request id. */
@Catch()
export class CatalogueExceptionFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<IdentifiedRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    this.answer(exception, request, response);
  }

  /** Answers a failure outside Nest's pipeline too (body parser, middleware). */
  answer(exception: unknown, request: IdentifiedRequest, response: Response): void {
    const error = toAppError(exception, request);
    const level = error.entry.kind === 'bug' ? 'error' : error.entry.kind === 'operational' ? 'warn' : 'debug';
    this.logger[level](
      {
        err: error.entry.kind === 'user' ? undefined : exception,
        code: error.code,
        requestId: request.requestId,
        method: request.method,
        path: request.path,
      },
      error.message,
    );
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.entry.retryable && error.entry.status === 503)
      response.setHeader('Retry-After', error.code === 'STORAGE_FULL' ? STORAGE_FULL_RETRY_SECONDS : '1');
    response
      .status(error.entry.status)
      .json({ error: { ...error.toBody(), details: error.details ?? {}, request_id: request.requestId ?? null } });
  }
}

/** Every failure as one of the catalogue. What is none of ours becomes INTERNAL_ERROR, without its text. */
export function toAppError(exception: unknown, request: { method: string; path: string }): AppError {
  if (exception instanceof AppError) return exception;
  const parserError = bodyParserError(exception);
  if (parserError) return parserError;
  if (exception instanceof HttpException) {
    const code = HTTP_STATUS_CODES[exception.getStatus()];
    if (code === 'ROUTE_NOT_FOUND') {
      return new AppError(code, {
        message: `The API has no route ${request.method} ${request.path}`,
        details: { method: request.method, path: request.path },
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

/** Express' body parser marks its errors with a `type`. */
function bodyParserError(exception: unknown): AppError | null {
  if (!(exception instanceof Error) || !('type' in exception)) return null;
  switch (exception.type) {
    case 'entity.too.large':
      return new AppError('PAYLOAD_TOO_LARGE', {
        details: { limit_bytes: 'limit' in exception ? exception.limit : undefined },
      });
    case 'entity.parse.failed':
      return new AppError('INVALID_JSON', { message: `The request body is not valid JSON: ${exception.message}` });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new AppError('UNSUPPORTED_MEDIA_TYPE', { message: exception.message });
    case 'request.aborted':
    case 'request.size.invalid':
      return new AppError('INVALID_INPUT', { message: `The request body did not arrive whole: ${exception.message}` });
    default:
      return null;
  }
}
