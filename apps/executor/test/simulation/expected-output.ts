/** What chance decides: any of these may be the output. */
export class OneOf {
  constructor(readonly outputs: readonly unknown[]) {}
}

/** Whether an output is one that is expected. */
export function isExpected(actual: unknown, expected: unknown): boolean {
  if (expected instanceof OneOf) return expected.outputs.some((output) => isExpected(actual, output));
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected);
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(expected)) return false;
  const [wanted, found] = [Object.entries(expected), new Map<string, unknown>(Object.entries(actual))];
  return (
    wanted.length === found.size && wanted.every(([key, one]) => found.has(key) && isExpected(found.get(key), one))
  );
}
