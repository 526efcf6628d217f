import type { Response } from 'express';

/** Sets the ETag, which is the version: what `If-Match` of the next change is held against. */
export function tagged<Resource extends { version: number }>(resource: Resource, response: Response): Resource {
  response.setHeader('ETag', `"${resource.version}"`);
  return resource;
}
