import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { carried } from '../open-values.js';

/** ISO 8601. */
export const at = z.string();
/** The path of a step run: `step`, or `loop[3].step` for iteration 3 of a loop, nested as deep as the loops are. Unique in an execution. */
export const path = z.string();
export const generation = z.number().int().positive();
/** Who asked: a token's id or an approver. */
export const by = z.string().optional();

export const error = carried(failureSchema.shape);
