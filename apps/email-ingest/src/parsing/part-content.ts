import type { ContentPart } from './message-outline.js';

/**
 * The content of an attachment that is still on the mail server. It is fetched once: once it is stored for one execution, it is copied
 * for others.
 */
export class PartContent {
  #copy: (() => AsyncIterable<Uint8Array>) | undefined;

  constructor(
    readonly part: Pick<ContentPart, 'name' | 'size'>,
    private readonly fetch: () => AsyncIterable<Uint8Array>,
  ) {}

  /** Its bytes, decoded. Throws what a `LargeMessage` throws. */
  read(): AsyncIterable<Uint8Array> {
    return (this.#copy ?? this.fetch)();
  }

  /** From now on it is read from there. */
  isStored(copy: () => AsyncIterable<Uint8Array>): void {
    this.#copy = copy;
  }
}
