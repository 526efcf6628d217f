import { AppError, LIMITS } from '@millrace/contracts';
import type { NextFunction, Request, Response } from 'express';

/** Refuses a request with more headers than anybody needs: INVALID_INPUT. Their size is bounded by the server. */
export function refuseManyHeaders(request: Request, _response: Response, next: NextFunction): void {
  // Names and values take turns.
  if (request.rawHeaders.length <= 2 * LIMITS.requestHeaders) return next();
  next(new AppError('INVALID_INPUT', { message: `The request has more than ${LIMITS.requestHeaders} headers` }));
}

/**
 * Takes the percent signs of a path literally when they are no valid encoding. Express would refuse such a path with
 * an error of its own; so it reaches its route, where the id in it is one that does not exist.
 */
export function tolerateBadEncoding(request: Request, _response: Response, next: NextFunction): void {
  const end = request.url.indexOf('?');
  const path = end < 0 ? request.url : request.url.slice(0, end);
  if (path.includes('%') && !isDecodable(path))
    request.url = path.replaceAll('%', '%25') + request.url.slice(path.length);
  next();
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
