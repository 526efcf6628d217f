import { tracing } from '@millrace/messaging';
import type { NextFunction, Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';

/**
 * Follows a request as a trace, if traces are followed. Who has shown a token continues its own trace, and decides whether it is made. A
 * stranger could make us record everything, or write into somebody else's trace: of that there is a link only.
 */
export function traceRequest(request: AuthenticatedRequest & Request, response: Response, next: NextFunction): void {
  const on = tracing();
  if (on === undefined) return next();
  const given = request.headers['traceparent'];
  const traceparent = typeof given === 'string' ? given : undefined;
  const span = on.request(() => {
    const isKnown = request.principal !== undefined || request.isOperator === true;
    return { name: nameOf(request), ...(isKnown ? { parent: traceparent } : { link: traceparent }) };
  });
  response.once('close', () => {
    const status = response.statusCode;
    span.note({ 'http.response.status_code': status });
    span.end(status >= 500 || !response.writableFinished ? 'ERROR' : undefined);
  });
  span.run(next);
}

/** Of its route, and never its address: that of a webhook is a credential. What has no route is whatever somebody made up. */
function nameOf({ method, route }: Request): string {
  const path = (route as { readonly path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? `${method} ${path}` : 'HTTP';
}
