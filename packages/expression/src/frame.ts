const WIDTH = 100;

/** Renders message, source line and carets; lines longer than 100 characters are cut around the place. */
export function renderFrame(
  message: string,
  source: string,
  span: readonly [number, number],
  hint: string | undefined,
): string {
  const [start, end] = span;
  // `lastIndexOf` takes a position before the text for its beginning.
  const lineStart = start === 0 ? 0 : source.lastIndexOf('\n', start - 1) + 1;
  const newline = source.indexOf('\n', start);
  const lineEnd = newline === -1 ? source.length : newline;
  const from = Math.max(lineStart, start - 60);
  const to = Math.min(lineEnd, from + WIDTH);
  const head = from > lineStart ? '…' : '';
  const tail = to < lineEnd ? '…' : '';
  const carets = Math.max(1, Math.min(end, to) - start);
  const lines = [
    message,
    `  ${head}${printable(source.slice(from, to))}${tail}`,
    `  ${' '.repeat(head.length + start - from)}${'^'.repeat(carets)}`,
  ];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines.join('\n');
}

/** One visible column for each code unit, so that the carets stay below what they mean. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, ' ');
}
