import { shortened, type AppError } from '@millrace/contracts';

const MESSAGE_CHARACTERS = 500;

/** Codes whose messages quote the call, the parser's even its body: that is for the caller alone. */
const QUOTING: readonly string[] = ['INVALID_JSON', 'UNSUPPORTED_MEDIA_TYPE'];

/** What others than the caller may read of a refusal: nothing of what the call carried. */
export function refusalMessage({ code, message, entry }: AppError): string {
  return QUOTING.includes(code) ? entry.message : shortened(message, MESSAGE_CHARACTERS);
}
