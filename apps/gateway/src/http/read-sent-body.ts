import { AppError, shortened, YAML_TYPES, type BodyDeclaration } from '@millrace/contracts';
import { parseJsonBody, utf8Text } from '@millrace/service-kit/request-body';
import { workMeter } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { hasBody, readBody } from './read-body.js';

const JSON_TYPES: readonly string[] = ['application/json'];

/** A body as it was sent: parsed JSON, or the text of one that is YAML, which its owner reads. */
export interface SentBody {
  readonly json?: unknown;
  readonly yaml?: string;
}

/**
 * The body of a call, up to `limitBytes`; with neither member without a body. Any JSON value is a body, so that a wrong type is reported
 * as such. Throws what `readBody` does, UNSUPPORTED_MEDIA_TYPE for a type that is none of `mediaTypes`, INVALID_JSON.
 */
export async function readSentBody(
  request: Request,
  response: Response,
  { limitBytes, mediaTypes = JSON_TYPES, yaml }: Pick<BodyDeclaration, 'limitBytes' | 'mediaTypes' | 'yaml'>,
): Promise<SentBody> {
  if (!hasBody(request)) return {};
  const type = request.headers['content-type'];
  const isYaml = yaml !== undefined && typeof request.is([...YAML_TYPES]) === 'string';
  if (type !== undefined && !isYaml && request.is([...mediaTypes]) === false) {
    const [usual, ...others] = yaml === undefined ? mediaTypes : [...mediaTypes, YAML_TYPES[0]];
    const also = others.length > 0 ? `, or ${others.join(', ')}` : '';
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
      message: `The API takes JSON (Content-Type: ${usual}${also}), not ${shortened(type)}`,
      details: { content_type: shortened(type) },
    });
  }
  const body = await readBody(request, response, limitBytes);
  (request as AuthenticatedRequest).idempotencyKey?.sent(body);
  if (isYaml) return { yaml: utf8Text(body, type) };
  // Clients send a JSON type with an empty body when they mean "no fields".
  if (body.length === 0) return type === undefined ? {} : { json: {} };
  const owner = (request as AuthenticatedRequest).principal?.organisationId;
  try {
    return { json: workMeter.run('parsing a request body', owner, () => parseJsonBody(body, type)) };
  } catch (error) {
    throw yaml !== undefined && looksLikeNoJson(body) ? withYamlHint(error) : error;
  }
}

/** A document in JSON is an object. */
function looksLikeNoJson(body: Buffer): boolean {
  return !/^\s*[[{"]/.test(body.subarray(0, 1_024).toString('utf8'));
}

function withYamlHint(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'INVALID_JSON') return error;
  const message = `${error.message}. If it is YAML, send it with Content-Type: ${YAML_TYPES[0]}`;
  return new AppError(error.code, { message, cause: error, ...(error.details && { details: error.details }) });
}
