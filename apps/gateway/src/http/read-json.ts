import { AppError, shortened, type BodyDeclaration } from '@millrace/contracts';
import { parseJsonBody } from '@millrace/service-kit/request-body';
import { workMeter } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { hasBody, readBody } from './read-body.js';

const JSON_TYPES: readonly string[] = ['application/json'];

/**
 * The JSON body of a call, up to `limitBytes`; undefined without a body. Any JSON value is a body, so that a wrong type is reported
 * as such. Throws what `readBody` does, UNSUPPORTED_MEDIA_TYPE for a type that is none of `mediaTypes`, INVALID_JSON.
 */
export async function readJson(
  request: Request,
  response: Response,
  { limitBytes, mediaTypes = JSON_TYPES }: Pick<BodyDeclaration, 'limitBytes' | 'mediaTypes'>,
): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const type = request.headers['content-type'];
  if (type !== undefined && request.is([...mediaTypes]) === false) {
    const [usual, ...others] = mediaTypes;
    const also = others.length > 0 ? `, or ${others.join(', ')}` : '';
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
      message: `The API takes JSON (Content-Type: ${usual}${also}), not ${shortened(type)}`,
      details: { content_type: shortened(type) },
    });
  }
  const body = await readBody(request, response, limitBytes);
  (request as AuthenticatedRequest).idempotencyKey?.sent(body);
  // Clients send a JSON type with an empty body when they mean "no fields".
  if (body.length === 0) return type === undefined ? undefined : {};
  const owner = (request as AuthenticatedRequest).principal?.organisationId;
  return workMeter.run('parsing a request body', owner, () => parseJsonBody(body, type));
}
