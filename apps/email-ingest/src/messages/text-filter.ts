/**
 * Whether a text is what a filter wants, in any case of letters: it contains the filter or, for a filter with `*`, is like it from its
 * beginning to its end. Takes time in proportion to the text and the filter: each part between two stars is looked for once, behind the
 * one before.
 */
export function passesFilter(text: string, filter: string): boolean {
  const [subject, wanted] = [text.toLowerCase(), filter.toLowerCase()];
  const [head = '', ...rest] = wanted.split('*');
  const tail = rest.pop();
  if (tail === undefined) return subject.includes(wanted);
  if (!subject.startsWith(head)) return false;
  let position = head.length;
  for (const part of rest) {
    const found = subject.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return subject.length - position >= tail.length && subject.endsWith(tail);
}
