import type { ExecutionResource } from '@millrace/contracts';
import type { ApiClient } from './api.js';
import type { Kept } from './everything-kept.js';

/** The texts by which a secret would be recognised: of each form the two halves and the middle. */
export function tracesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    bytes.toString('latin1'),
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].map((before) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .slice(4, -4),
    ),
    ...[0, 1, 2].map((before) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64url')
        .slice(4, -4),
    ),
  ];
  const pieces = forms.flatMap((form) => {
    const half = Math.ceil(form.length / 2);
    return [form.slice(0, half), form.slice(half), form.slice(half / 2, half / 2 + half)];
  });
  return [...new Set(pieces.map((piece) => piece.slice(0, 16)).filter((piece) => piece.length >= 12))];
}

/** The places that have any of the texts. */
export function placesOf(kept: Kept, texts: readonly string[]): string[] {
  return [...kept].flatMap(([place, text]) =>
    texts.filter((one) => text.includes(one)).map((one) => `${place}: ${one}`),
  );
}

/** All that the API says about an execution, in every way to ask for it. */
export async function answersOf(api: ApiClient, execution: ExecutionResource): Promise<Kept> {
  const base = `/executions/${execution.id}`;
  const ofSteps = execution.steps.flatMap(({ path, type }) => {
    const place = encodeURIComponent(path);
    const loop = type === 'loop' ? [`/loops/${place}`] : [];
    return [`/steps/${place}`, `/steps/${place}/output`, `/steps?parent=${place}`, ...loop];
  });
  const own = ['', '/input', '/output', '/steps', '/journal', ...ofSteps].map((path) => base + path);
  const kept = new Map<string, string>();
  for (const path of [...own, '/executions?limit=100', '/secrets', '/workflows', '/mail/senders', '/mailboxes'])
    kept.set(`GET ${path}`, JSON.stringify((await api.call('GET', path)).body));
  return kept;
}
