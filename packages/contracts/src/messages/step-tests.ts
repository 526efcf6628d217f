import { z } from 'zod';
import { stepTestContextSchema, stepTestSchema } from '../http/step-tests.js';
import { defineRequest } from '../message.js';
import { scoped } from './question-parts.js';

/**
 * Tries one step of nobody's execution. That the step is not valid, or fails, is an answer. Errors: STEP_NOT_TESTABLE, RATE_LIMIT_EXCEEDED,
 * SECRET_UNREADABLE, SERVICE_UNAVAILABLE.
 */
export const TestStep = defineRequest({
  subject: 'executor.steps.test',
  question: scoped.extend({
    step: z.record(z.string(), z.unknown()),
    context: stepTestContextSchema.loose(),
    effects: z.boolean(),
    missing: z.enum(['error', 'empty']).optional(),
    /** False: who asks may not read files. Absent in questions of earlier releases. */
    files: z.boolean().optional(),
  }),
  answer: stepTestSchema,
});
