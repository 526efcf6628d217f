import { AppError, LIMITS } from '@millrace/contracts';
import express, { type RequestHandler } from 'express';
import { nestsDeeperThan } from './json-depth.js';

/** Checks that run on the raw bytes of a JSON body before it is parsed. */
function refuseDeepJson(_request: unknown, _response: unknown, body: Buffer): void {
  if (!nestsDeeperThan(body, LIMITS.jsonDepth)) return;
  throw new AppError('INVALID_JSON', { message: `The request body nests deeper than ${LIMITS.jsonDepth} levels` });
}

/** Parses the JSON bodies of API calls. Any JSON value is a body, so that a wrong type is told as such, not as a syntax error. */
export function apiBodyParser(): RequestHandler {
  return express.json({ limit: LIMITS.apiBodyBytes, strict: false, verify: refuseDeepJson });
}

/** Keeps the bytes of a webhook call as they came: signatures are over bytes. */
export function webhookBodyParser(): RequestHandler {
  return express.raw({ limit: LIMITS.webhookBodyBytes, type: () => true });
}
