import { z } from 'zod';
import { marked } from './fields.js';
import type { AnyStep } from './step-base.js';

/** Nested steps. Their structure is checked step by step, with the same rules as the workflow's own. */
export function nestedSteps(description: string) {
  return marked(z.array(z.custom<AnyStep>()).min(1), 'steps', description);
}
