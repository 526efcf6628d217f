/** An answer of the API beside its body. */
export interface APIResponse<T> {
  readonly data: T;
  readonly status: number;
  readonly headers: Headers;
  /** Names the call in the logs of the platform. */
  readonly requestId: string | null;
}

/** A promise of a result that also has the answer it came with. */
export class APIPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'APIPromise';
  readonly #response: Promise<APIResponse<T>>;

  constructor(response: Promise<APIResponse<T>>) {
    this.#response = response;
  }

  /** The result with status, headers and request id. */
  withResponse(): Promise<APIResponse<T>> {
    return this.#response;
  }

  /** The same promise of another result. */
  map<U>(change: (data: T) => U): APIPromise<U> {
    return new APIPromise(this.#response.then((response) => ({ ...response, data: change(response.data) })));
  }

  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#response.then(({ data }) => data).then(fulfilled, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, rejected);
  }

  finally(done?: (() => void) | null): Promise<T> {
    return this.then().finally(done);
  }
}
