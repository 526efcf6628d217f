import type { Libmime } from 'libmime';
import { MAIL_LIMITS } from '../limits.js';

/** Decodes the text of a header field; see {@link textDecoder}. */
export type Decode = (text: string) => string;

/**
 * What decodes texts of header fields. With the alphabets of the world it takes some megabytes: it is loaded with the first message. A text
 * ends behind so many characters, and so many encoded words.
 */
export async function textDecoder(): Promise<Decode> {
  const { Libmime } = await import('libmime');
  const library = new Libmime();
  return (text) => decodedText(boundedText(text), library);
}

function decodedText(text: string, library: Libmime): string {
  try {
    return library.decodeWords(text);
  } catch {
    return text;
  }
}

/** One word in an alphabet that nobody knows takes thirty microseconds, ten times as long as others. */
function boundedText(text: string): string {
  const bounded = text.slice(0, MAIL_LIMITS.subjectCharacters);
  let words = 0;
  for (const { 0: word, index } of bounded.matchAll(/=\?[^?]+\?[bq]\?[^?]*\?=/gi))
    if (++words === MAIL_LIMITS.encodedWords) return bounded.slice(0, index + word.length);
  return bounded;
}
