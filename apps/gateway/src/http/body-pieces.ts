/** Pieces below this are copied together: each would hold an object of its own, many times its size. */
const SMALL = 4 * 1024;
const BLOCK = 64 * 1024;

/** The pieces of a body, in memory in proportion to its bytes however small they are. */
export class BodyPieces {
  readonly #pieces: Buffer[] = [];
  #block = Buffer.alloc(0);
  #used = 0;
  #bytes = 0;

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Buffers that are held. */
  get held(): number {
    return this.#pieces.length + (this.#used > 0 ? 1 : 0);
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (piece.length >= SMALL) {
      this.#endBlock();
      this.#pieces.push(piece);
      return;
    }
    if (this.#used + piece.length > this.#block.length) {
      this.#endBlock();
      this.#block = Buffer.allocUnsafe(BLOCK);
    }
    this.#used += piece.copy(this.#block, this.#used);
  }

  /** All of it. */
  whole(): Buffer {
    this.#endBlock();
    return Buffer.concat(this.#pieces, this.#bytes);
  }

  /** Keeps what the block holds; what is left of it goes on being filled. */
  #endBlock(): void {
    if (this.#used === 0) return;
    this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = this.#block.subarray(this.#used);
    this.#used = 0;
  }
}
