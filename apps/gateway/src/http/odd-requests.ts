import { AppError } from '@millrace/contracts';
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

/** What must be there once at most, in small letters: a proxy may take the last one where Node takes the first. */
const SINGLE: ReadonlySet<string> = new Set(['host', 'authorization']);
const LENGTHS: ReadonlySet<number> = new Set([...SINGLE].map(({ length }) => length));

/** Refuses a request that says twice to whom it goes or who sends it: INVALID_INPUT. */
export function refuseRepeatedHeaders({ rawHeaders }: Request, _response: Response, next: NextFunction): void {
  const repeated = firstRepeated(rawHeaders);
  if (repeated === undefined) return next();
  next(new AppError('INVALID_INPUT', { message: `The request has several ${repeated} headers; send one` }));
}

/**
 * Closes the connection with the response to a request that asks for another protocol, which nothing here speaks: Node drops what came in the same piece
 * of data behind it, and who sent more has to learn that it gets no response.
 */
export function closeAfterUpgrade(request: Request, response: Response, next: NextFunction): void {
  if (request.headers.upgrade !== undefined) response.setHeader('Connection', 'close');
  next();
}

function firstRepeated(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  // Names and values take turns.
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? '';
    if (!LENGTHS.has(header.length)) continue;
    const name = header.toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return name === 'host' ? 'Host' : 'Authorization';
    seen.add(name);
  }
  return undefined;
}
