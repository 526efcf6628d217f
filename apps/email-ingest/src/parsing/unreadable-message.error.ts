/** A message breaks the limits of what it may consist of, or cannot be read apart. */
export class UnreadableMessageError extends Error {
  constructor(
    message: string,
    /** False: it may be the fault of a busy machine, and another attempt may read it. */
    readonly isFinal: boolean = true,
  ) {
    super(message);
    this.name = 'UnreadableMessageError';
  }
}
