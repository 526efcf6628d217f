import type { Answer, Refusal } from './api.js';

const HEADERS = ['etag', 'location', 'content-type', 'link', 'content-range', 'retry-after', 'allow'];

/** What a caller can see of an answer, without what differs from call to call and the ids that were asked for. */
export function visible({ status, headers, body }: Answer<Refusal>, ids: Readonly<Record<string, string>>): unknown {
  let text = JSON.stringify(body ?? null);
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(`"${id}"`, `"<${name}>"`);
  const { request_id: _, ...error } = (JSON.parse(text) as Partial<Refusal> | null)?.error ?? { request_id: '' };
  return {
    status,
    body: body?.error === undefined ? text : error,
    headers: HEADERS.map((name) => [name, headers.get(name)]),
  };
}
