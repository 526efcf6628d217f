import type { NextFunction, Request, Response } from 'express';

/**
 * Takes the percent signs of a path literally when they are no valid encoding. Express would refuse such a path with
 * an error of its own; so it reaches its route, where the id in it is one that does not exist.
 */
export function tolerateBadEncoding(request: Request, _response: Response, next: NextFunction): void {
  const end = request.url.indexOf('?');
  const path = end < 0 ? request.url : request.url.slice(0, end);
  if (path.includes('%') && !isDecodable(path))
    request.url = path.replaceAll('%', '%25') + request.url.slice(path.length);
  next();
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
