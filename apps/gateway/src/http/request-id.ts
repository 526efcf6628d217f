import { newRequestId } from './new-request-id.js';
import type { IdentifiedRequest } from '@millrace/service-kit/http-errors';
import type { NextFunction, Response } from 'express';

/** An id that the caller chose is kept when it is harmless in a header and a log line. */
const ACCEPTABLE = /^[A-Za-z0-9._:-]{1,128}$/;

/** Gives every request an id, which all responses carry and all services log. */
export function requestIdMiddleware(request: IdentifiedRequest, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  request.requestId = typeof given === 'string' && ACCEPTABLE.test(given) ? given : newRequestId();
  response.setHeader('X-Request-Id', request.requestId);
  // Answers are of one token, and one may have a secret that is shown once. What anybody may keep says so itself.
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  // What is opened in a browser as a page may load and run nothing; the page of the documentation has a policy of its own.
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  next();
}
