import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { testRequestSchema } from '../http/test-runs.js';
import { defineRequest } from '../message.js';
import { carried, openEnum } from '../open-values.js';

/* Executions that only try something: see docs/adr/0086-test-executions.md. */

/** What takes the place of a step's result: an output or a failure. */
const standIn = carried({
  by: openEnum(['mock', 'pin']),
  output: z.unknown().optional(),
  error: carried(failureSchema.shape).optional(),
});
export type StandIn = z.output<typeof standIn>;

/** How an execution that only tries something differs from others. */
export const testRunSchema = carried({
  /** The document that it runs, as JSON; absent where that is the version. */
  document: z.string().optional(),
  /** By the ids of the steps. */
  results: z.record(z.string(), standIn).optional(),
  /** The one step of the workflow's own list that is run. */
  only: z.string().optional(),
  /** The step with which it ends. */
  until: z.string().optional(),
  /** False when steps that reach outside are only rendered. */
  effects: z.boolean().optional(),
});
export type TestRun = z.output<typeof testRunSchema>;

/**
 * What an execution that is to try something is started with. Stores nothing. Errors: WORKFLOW_NOT_FOUND, DRAFT_NOT_FOUND, VERSION_NOT_FOUND,
 * VERSION_PRUNED, INVALID_INPUT with every problem, SERVICE_UNAVAILABLE.
 */
export const PlanTest = defineRequest({
  subject: 'definitions.tests.plan',
  question: z.object({
    organisation_id: z.string(),
    workflow_id: z.string(),
    version: z.number().int().positive().optional(),
    test: testRequestSchema.loose(),
  }),
  answer: z.object({ test: testRunSchema }),
});
