import { histogram } from '@millrace/service-kit/metrics';
import type { NextFunction, Request, Response } from 'express';

const seconds = histogram('millrace_http_request_seconds', 'Time from when a request is begun to its answer', [
  'method',
  'route',
  'status',
]);

/** Measures requests by the route that took them, so that nothing a caller makes up becomes a label. */
export function measureRequest(request: Request, response: Response, next: NextFunction): void {
  const began = performance.now();
  response.once('close', () => {
    const route = (request.route as { readonly path?: unknown } | undefined)?.path;
    const isKnown = typeof route === 'string';
    const labels = {
      method: isKnown ? request.method : 'other',
      route: isKnown ? route : 'none',
      // Whoever asked may have gone, or been cut off.
      status: response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted',
    };
    seconds.observe(labels, (performance.now() - began) / 1_000);
  });
  next();
}
