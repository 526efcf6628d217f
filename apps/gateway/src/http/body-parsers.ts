import { AppError, LIMITS, nestsDeeperThan } from '@millrace/contracts';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';

/** Checks that run on the raw bytes of a JSON body before it is parsed. */
function refuseDeepJson(_request: unknown, _response: unknown, body: Buffer): void {
  if (!nestsDeeperThan(body, LIMITS.jsonDepth)) return;
  throw new AppError('INVALID_JSON', { message: `The request body nests deeper than ${LIMITS.jsonDepth} levels` });
}

/** Parses the JSON bodies of API calls. Any JSON value is a body, so that a wrong type is told as such, not as a syntax error. */
export function apiBodyParser(): RequestHandler {
  return express.json({ limit: LIMITS.apiBodyBytes, strict: false, verify: refuseDeepJson });
}

/** The JSON parser passes over other types; without this their bodies would be taken for missing ones. */
export function refuseOtherTypes(request: Request, _response: Response, next: NextFunction): void {
  const type = request.headers['content-type'];
  // `is` answers null for a request without a body.
  if (request.is('json') !== false || type === undefined) return next();
  next(
    new AppError('UNSUPPORTED_MEDIA_TYPE', {
      message: `The API takes JSON (Content-Type: application/json), not ${type.slice(0, 100)}`,
      details: { content_type: type.slice(0, 100) },
    }),
  );
}

/** Keeps the bytes of a webhook call as they came: signatures are over bytes. */
export function webhookBodyParser(): RequestHandler {
  return express.raw({ limit: LIMITS.webhookBodyBytes, type: () => true });
}
