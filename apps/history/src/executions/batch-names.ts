/** How many of the executions of a batch a line of the log names: a batch may have hundreds. */
const NAMED = 20;

interface Named {
  readonly executionId: string;
  readonly organisationId: string;
}

/** The executions of a batch for a line of the log: a single one as other lines name it, of many the first ones. */
export function namesOf(parts: readonly Named[]): object {
  const [first, second] = parts;
  if (first && !second) return { executionId: first.executionId, organisationId: first.organisationId };
  return { executionIds: parts.slice(0, NAMED).map(({ executionId }) => executionId) };
}
