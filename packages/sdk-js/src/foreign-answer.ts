import type { Request } from './attempt.js';
import type { JsonOptions } from './options.js';

/** In the place of a body that is not what the API sends. */
export const FOREIGN = Symbol('foreign');

/** The value of JSON, undefined of an empty text, and {@link FOREIGN} of anything else. */
export function parsed(text: string, json: JsonOptions): unknown {
  if (text === '') return undefined;
  try {
    return json.parse(text);
  } catch {
    return FOREIGN;
  }
}

/** Whether a body has what each answer to the call has: any server returns JSON, and a stranger's would be an empty list. */
export function isOfTheApi(
  body: unknown,
  { has, list }: { readonly has?: string | readonly string[]; readonly list?: string },
): boolean {
  if (list !== undefined) return isObject(body) && Array.isArray(body[list]);
  if (has === undefined) return true;
  return isObject(body) && [has].flat().some((name) => body[name] !== undefined && body[name] !== null);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is to be said of an answer without an error of the API. */
export function foreignAnswer({ method, url }: Request, status: number): string {
  const call = `${method} ${url}`;
  // The server does not read further to see what is called, and says no more: the address may well be right.
  if (status === 431) return `${call} was refused with the status 431: the headers of the request are too large.`;
  return `${call} got an answer that is not the API's. The option baseURL or MEINGPT_BASE_URL is its address, with /v1.`;
}
