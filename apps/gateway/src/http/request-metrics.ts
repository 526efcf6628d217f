import { histogram } from '@millrace/service-kit/metrics';
import type { NextFunction, Request, Response } from 'express';

const seconds = histogram('millrace_http_request_seconds', 'Time from when a request is begun to its answer', [
  'method',
  'route',
  'status',
]);

const observers = new WeakMap<Response, () => void>();

/** Measures a request now, and not when its answer ends: for an answer that stays open. */
export function measureNow(response: Response): void {
  observers.get(response)?.();
}

/** Measures requests by the route that took them, so that nothing a caller makes up becomes a label. */
export function measureRequest(request: Request, response: Response, next: NextFunction): void {
  const began = performance.now();
  const observe = () => {
    response.off('close', observe);
    const route = (request.route as { readonly path?: unknown } | undefined)?.path;
    const isKnown = typeof route === 'string';
    const labels = {
      method: isKnown ? request.method : 'other',
      route: isKnown ? route : 'none',
      // Whoever asked may have gone, or been cut off.
      status:
        response.writableFinished || !response.destroyed ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted',
    };
    seconds.observe(labels, (performance.now() - began) / 1_000);
  };
  response.once('close', observe);
  observers.set(response, observe);
  next();
}
