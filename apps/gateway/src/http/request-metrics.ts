import { histogram } from '@millrace/service-kit/metrics';
import type { NextFunction, Request, Response } from 'express';

const seconds = histogram('millrace_http_request_seconds', 'Time from when a request is begun to its answer', [
  'method',
  'route',
  'status',
]);

/** Where a response has what measures it. A map with weak keys would make each garbage collection dearer with every request under way. */
const OBSERVER = Symbol('observer');

type Measured = Response & { [OBSERVER]?: () => void };

/** Measures a request now, and not when its answer ends: for an answer that stays open. */
export function measureNow(response: Measured): void {
  response[OBSERVER]?.();
}

/** Measures requests by the route that took them, so that nothing a caller makes up becomes a label. */
export function measureRequest(request: Request, response: Measured, next: NextFunction): void {
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
  response[OBSERVER] = observe;
  next();
}
