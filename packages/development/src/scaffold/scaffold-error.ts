/** A new part cannot be made as it was asked for. The message says what to change. */
export class ScaffoldError extends Error {
  override readonly name = 'ScaffoldError';
}
