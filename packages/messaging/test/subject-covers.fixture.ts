/** Whether a subject is one that a right with wildcards names. */
export function subjectCovers(right: string, subject: string): boolean {
  const [parts, tokens] = [right.split('.'), subject.split('.')];
  for (const [index, part] of parts.entries()) {
    if (part === '>') return tokens.length > index;
    if (tokens[index] === undefined || (part !== '*' && part !== tokens[index])) return false;
  }
  return parts.length === tokens.length;
}
