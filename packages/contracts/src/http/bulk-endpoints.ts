import { LIMITS } from '../limits.js';
import { bulkBodySchema, bulkPlanSchema } from './bulk.js';
import { defineEndpoint } from './endpoint.js';
import { jobAcceptedSchema } from './jobs.js';

/** The endpoints that change what becomes of many executions. */
export const bulkEndpoints = {
  run: defineEndpoint({
    id: 'bulkExecutions',
    method: 'POST',
    path: '/v1/executions/bulk',
    group: 'Executions',
    summary: 'Cancel, retry or replay many executions',
    description: `Those that match now, at most ${LIMITS.bulkExecutions.toLocaleString('en')}: which ones is fixed by the response. A job deals with them one after the other, those that were accepted first at first, and says what became of each. Retries and replays count as starts: the job waits for its share of the executions a minute.`,
    access: 'executions:write',
    audit: { resource: 'job', action: 'create', made: true },
    body: {
      type: 'json',
      schema: bulkBodySchema,
      limitBytes: LIMITS.settingBodyBytes,
      example: {
        action: 'retry',
        filter: { workflow_id: 'wf_01kaxh3v9m0000000000000001', status: 'failed', from: '2026-11-25T00:00:00Z' },
      },
    },
    answer: {
      status: 202,
      description: 'It is accepted, and happens whatever crashes.',
      schema: jobAcceptedSchema,
      headers: { Location: 'The path of the job.' },
      example: { job_id: 'job_01kaxh3v9m0000000000000001', matched: 2 },
    },
    furtherAnswers: [
      {
        status: 200,
        description: 'With `dry_run`: how many there are. Nothing is stored.',
        schema: bulkPlanSchema,
        example: { job_id: null, matched: 2 },
      },
    ],
    errors: ['QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),
};
