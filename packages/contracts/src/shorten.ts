/** Characters of a caller's text that are repeated where nothing else is said. */
const REPEATED_LENGTH = 64;

/** The beginning of a text that somebody sent, so that an answer or a log line does not grow with it. */
export function shortened(text: string, length = REPEATED_LENGTH): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
