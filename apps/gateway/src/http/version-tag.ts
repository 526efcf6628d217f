import type { Response } from 'express';

/** Sends a resource's version as its ETag: what `If-Match` of the next change is held against. Returns the resource. */
export function tagged<Resource extends { version: number }>(resource: Resource, response: Response): Resource {
  response.setHeader('ETag', `"${resource.version}"`);
  return resource;
}
