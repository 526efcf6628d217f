/** About how many characters a plain value takes as JSON; stops counting above `limit`. Deep data is walked without recursion. */
export function outputSize(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return scalarSize(value);
  let size = 0;
  const pending: unknown[] = [value];
  while (pending.length > 0 && size <= limit) {
    const current = pending.pop();
    if (typeof current !== 'object' || current === null) {
      size += scalarSize(current);
    } else if (Array.isArray(current)) {
      size += 2 + current.length;
      for (const item of current) {
        if (typeof item === 'object' && item !== null) pending.push(item);
        else size += scalarSize(item);
        if (size > limit) break;
      }
    } else {
      size += 2;
      for (const key of Object.keys(current)) {
        const item = (current as Record<string, unknown>)[key];
        size += key.length + 4;
        if (typeof item === 'object' && item !== null) pending.push(item);
        else size += scalarSize(item);
      }
    }
  }
  return size;
}

function scalarSize(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  return typeof value === 'number' ? 8 : 5;
}
