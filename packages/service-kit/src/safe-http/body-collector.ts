import { AppError } from '@millrace/contracts';

const FIRST_BUFFER_BYTES = 16 * 1024;
const EMPTY = new Uint8Array(0);

/** What bounds the reading of a body. */
export interface ReadLimits {
  /** Of the decompressed body, so that a small compressed one cannot fill the memory. */
  readonly maxBytes: number;
  /** Called with how many bytes are in memory, as they come. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Gathers the chunks of a body. One that comes in a single chunk is not copied; more are gathered in one buffer that grows: a body
 * sent in chunks of one byte would otherwise cost a hundred times its size.
 */
export class BodyCollector {
  #gathered: Uint8Array = EMPTY;
  #size = 0;

  constructor(private readonly limits: ReadLimits) {}

  /** What has come so far. */
  get body(): Uint8Array {
    return this.#gathered.subarray(0, this.#size);
  }

  /** Adds a chunk, which nobody may write to afterwards. Throws AppError HTTP_RESPONSE_TOO_LARGE when it does not fit any more. */
  add(chunk: Uint8Array): void {
    const { maxBytes, onBytes } = this.limits;
    const size = this.#size + chunk.length;
    if (size > maxBytes) {
      throw new AppError('HTTP_RESPONSE_TOO_LARGE', {
        message: `The response is larger than ${maxBytes} bytes`,
        details: { limit_bytes: maxBytes },
      });
    }
    if (this.#size === 0) this.#gathered = chunk;
    else this.#append(chunk, size);
    this.#size = size;
    onBytes?.(size);
  }

  /** The first chunk is somebody else's memory, and as long as it is: what follows never fits behind it. */
  #append(chunk: Uint8Array, size: number): void {
    if (size > this.#gathered.length) {
      const room = Math.max(2 * this.#gathered.length, size, FIRST_BUFFER_BYTES);
      const larger = Buffer.allocUnsafe(Math.min(this.limits.maxBytes, room));
      larger.set(this.body);
      this.#gathered = larger;
    }
    this.#gathered.set(chunk, this.#size);
  }
}
