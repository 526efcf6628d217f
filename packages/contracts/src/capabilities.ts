/**
 * The step types that this version's executors run. Who checks documents warns of all others; a test in the executor holds
 * its registry of handlers against this list.
 */
export const EXECUTABLE_STEP_TYPES = [
  'http',
  'condition',
  'switch',
  'loop',
  'parallel',
  'transform',
  'wait',
  'stop',
] as const;
