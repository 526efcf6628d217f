import { YAML_TYPES } from '@millrace/contracts';
import type { Request, Response } from 'express';

/** Whether the caller would rather have YAML than JSON. Says to caches that it is up to `Accept`. */
export function prefersYaml(request: Request, response: Response): boolean {
  response.vary('Accept');
  const preferred = request.accepts(['application/json', ...YAML_TYPES]);
  return typeof preferred === 'string' && YAML_TYPES.includes(preferred);
}

/** The text as the answer, with the version as its ETag. */
export function yamlAnswer({ text, version }: { text: string; version: number }, response: Response): string {
  response.setHeader('Content-Type', YAML_TYPES[0]).setHeader('ETag', `"${version}"`);
  return text;
}
