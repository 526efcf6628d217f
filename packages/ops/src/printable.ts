/**
 * What a terminal obeys instead of showing it, and what shows a text otherwise than it is: control characters, also those above ASCII, marks of the
 * direction of writing, what has no width, separators of lines, halves of characters.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A line as it may be printed. Names, reasons and payloads are what users have sent; the form of JSON stays, and it means the same. */
export function printable(line: string): string {
  return line.replace(UNSEEN, (found) =>
    Array.from({ length: found.length }, (_, index) => {
      const unit = found.charCodeAt(index).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
}
