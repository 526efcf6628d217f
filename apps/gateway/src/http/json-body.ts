import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AppError, shortened } from '@millrace/contracts';
import { parseJsonBody } from '@millrace/service-kit/request-body';
import { workMeter } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { hasBody, readBody } from './read-body.js';

/**
 * The JSON body of a call, up to `limitBytes`, for a controller's parameter; undefined without a body. It is read when
 * the handler is about to run, after the guards: a route that does not ask for a body has none, and a caller who was
 * refused has sent one in vain. Any JSON value is a body, so that a wrong type is told as such.
 */
export const JsonBody = createParamDecorator((limitBytes: number, context: ExecutionContext): Promise<unknown> => {
  const http = context.switchToHttp();
  return readJson(http.getRequest<Request>(), http.getResponse<Response>(), limitBytes);
});

async function readJson(request: Request, response: Response, limitBytes: number): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const type = request.headers['content-type'];
  if (type !== undefined && request.is('json') === false) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
      message: `The API takes JSON (Content-Type: application/json), not ${shortened(type)}`,
      details: { content_type: shortened(type) },
    });
  }
  const body = await readBody(request, response, limitBytes);
  // Clients send a JSON type with an empty body when they mean "no fields".
  if (body.length === 0) return type === undefined ? undefined : {};
  const owner = (request as AuthenticatedRequest).principal?.organisationId;
  return workMeter.run('parsing a request body', owner, () => parseJsonBody(body, type));
}
