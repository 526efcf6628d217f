import { APIPromise, type APIResponse } from './api-promise.js';

/** How a list goes on. */
export interface Paging<T, Body> {
  /** What is on the page. */
  items(body: Body): readonly T[];
  /** What asks for the page behind this one; undefined when it is the last. */
  next(body: Body): (() => APIPromise<Body>) | undefined;
}

/** One page of a list; iterating over it goes on with the pages behind it. */
export class Page<T, Body> implements AsyncIterable<T> {
  /** The page as the API returned it. */
  readonly body: Body;
  readonly #paging: Paging<T, Body>;

  constructor(body: Body, paging: Paging<T, Body>) {
    this.body = body;
    this.#paging = paging;
  }

  /** What is on this page. */
  get items(): readonly T[] {
    return this.#paging.items(this.body);
  }

  hasNextPage(): boolean {
    return this.#paging.next(this.body) !== undefined;
  }

  /** The page behind this one; null when this is the last. */
  async getNextPage(): Promise<Page<T, Body> | null> {
    const next = this.#paging.next(this.body);
    return next ? new Page(await next(), this.#paging) : null;
  }

  /** The items of this page and of all behind it; a page is asked for when its first item is. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* this.items;
    for (let page = await this.getNextPage(); page; page = await page.getNextPage()) yield* page.items;
  }
}

/** A body that names the cursor of the page behind it. */
interface CursorBody {
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

/** The pages of a list by cursor; `first` is where to begin, and undefined is the beginning. */
export function cursorPages<T, Body extends CursorBody>(
  page: (startingAfter: string | undefined) => APIPromise<Body>,
  first: string | undefined,
  items: (body: Body) => readonly T[],
): PagePromise<T, Body> {
  return new PagePromise(page(first), {
    items,
    next: ({ has_more, next_cursor }) => (has_more && next_cursor !== null ? () => page(next_cursor) : undefined),
  });
}

/** A promise of the first page that can be iterated over as it is: `for await (const item of client.workflows.list())`. */
export class PagePromise<T, Body> extends APIPromise<Page<T, Body>> implements AsyncIterable<T> {
  constructor(first: APIPromise<Body>, paging: Paging<T, Body>) {
    const page = ({ data, ...rest }: APIResponse<Body>): APIResponse<Page<T, Body>> => ({
      ...rest,
      data: new Page(data, paging),
    });
    super(first.withResponse().then(page));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this;
  }
}
