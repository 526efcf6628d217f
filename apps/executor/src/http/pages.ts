import { LIMITS } from '@millrace/contracts';
import type { ConfigOf } from '@millrace/schema';
import { withoutQuery } from '@millrace/service-kit/safe-http';
import { StepFailure } from '../steps/step-failure.js';
import { asText, withQuery } from './fields-of-request.js';

type Pagination = NonNullable<ConfigOf<'http'>['pagination']>;

/** One page as it came, its body read. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Of the body as it came. */
  readonly bytes: number;
}

/** The output of a step that reads all pages of a list. */
export interface Pages extends Omit<Page, 'bytes'> {
  readonly pages: number;
  /** Whether there are more pages than it may read. */
  readonly more: boolean;
}

/**
 * Reads one page after the other. `read` gets the address, how many bytes a page may have at most, so that all together are no more than
 * one response may have, and which page it is, from 1 on.
 */
export async function allPages(
  pagination: Pagination,
  first: string,
  maxBytes: number,
  read: (url: string, maxBytes: number, page: number) => Promise<Page>,
): Promise<Pages> {
  const items: unknown[] = [];
  let bytes = 0;
  let url: string | null = first;
  for (let pages = 1; ; pages++) {
    const page: Page = await read(url, maxBytes - bytes, pages);
    bytes += page.bytes;
    const found = itemsOf(page.body, pagination, url);
    for (const item of found) items.push(item);
    url = found.length === 0 && pagination.type === 'page' ? null : nextAddress(pagination, url, first, page);
    if (url === null || pages === pagination.max_pages)
      return { status: page.status, headers: page.headers, body: items, pages, more: url !== null };
    if (items.length > LIMITS.jsonValues) throw failed(url, 'The pages have more items than one response may have');
  }
}

/** The address of the next page, or null. */
function nextAddress({ type, parameter, next }: Pagination, url: string, first: string, page: Page): string | null {
  if (type === 'page') {
    const name = parameter ?? 'page';
    const number = Number(new URL(url).searchParams.get(name) ?? 1);
    return replaced(url, name, String((Number.isSafeInteger(number) ? number : 1) + 1));
  }
  const said = next === undefined ? undefined : at(page.body, next);
  if (type === 'cursor') {
    if (said === undefined || said === null || said === '' || said === false) return null;
    return replaced(url, parameter ?? 'cursor', asText(said, 'pagination.next'));
  }
  const link = next === undefined ? linkOf(page.headers['link'] ?? '') : said;
  if (link === undefined || link === null || link === '') return null;
  return checked(asText(link, 'pagination.next'), url, first);
}

/** Credentials go along with each page, so that none may be elsewhere. */
function checked(link: string, url: string, first: string): string {
  let next: URL;
  try {
    next = new URL(link, url);
  } catch {
    throw failed(url, 'The address of the next page is none');
  }
  if (next.origin !== new URL(first).origin) throw failed(url, 'The next page is on another server');
  return next.href;
}

function replaced(url: string, name: string, value: string): string {
  const address = new URL(url);
  address.searchParams.delete(name);
  return withQuery(address.href, { [name]: value });
}

/** The target of `rel="next"` (RFC 8288). */
export function linkOf(header: string): string | undefined {
  for (const link of separated(header, ',')) {
    const [target = '', ...parameters] = separated(link, ';').map((part) => part.trim());
    const isTarget = target.startsWith('<') && target.endsWith('>');
    if (isTarget && relationsIn(parameters).includes('next')) return target.slice(1, -1);
  }
  return undefined;
}

/** What its parameters say that a link is; the first `rel` counts. */
function relationsIn(parameters: readonly string[]): readonly string[] {
  for (const parameter of parameters) {
    const [name = '', value = ''] = separated(parameter, '=');
    if (name.trim().toLowerCase() === 'rel') return value.trim().replaceAll('"', '').toLowerCase().split(' ');
  }
  return [];
}

/** The parts of a text between separators that are neither in a quoted text nor in angle brackets. */
function separated(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let closing: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (closing !== undefined) {
      if (character === closing) closing = undefined;
    } else if (character === '"') closing = '"';
    else if (character === '<') closing = '>';
    else if (character === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

function itemsOf(body: unknown, { items }: Pagination, url: string): readonly unknown[] {
  const found = items === undefined ? body : at(body, items);
  if (Array.isArray(found)) return found;
  const place = items === undefined ? 'is no array' : `has no array under "${items}"`;
  throw failed(url, `A page ${place}: say in config.pagination.items where its items are`);
}

/** Own members only. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}

function failed(url: string, message: string): StepFailure {
  return new StepFailure('STEP_FAILED', `${message} (${withoutQuery(url)})`, { details: { url: withoutQuery(url) } });
}
