import { defineEndpoint } from './endpoint.js';
import { liveEventStreamSchema, organisationEventsQuery, organisationEventStreamSchema } from './live.js';

export const STREAM_MEDIA_TYPE = 'text/event-stream';
const RESUMES = { 'Last-Event-ID': 'The `id` of the last event that has come: the stream goes on behind it.' };
export const STREAM_HEADERS = { 'Cache-Control': '`no-cache, no-transform`: nobody between may keep or gather it.' };

const STARTED = {
  id: 'f3a91c07d2684be5907b1e4c8da25f63',
  type: 'started',
  at: '2026-11-27T09:00:00.010Z',
  workflow_id: 'wf_01kaxh3v9m0000000000000001',
  version: 1,
};
const STEP = {
  id: '08d7e52b9c4f6a13b8e07d915cf3a246',
  type: 'step_started',
  at: '2026-11-27T09:00:00.012Z',
  path: 'call',
  step_id: 'call',
  step_type: 'http',
  attempt: 1,
};
const FAILED = {
  id: 'evt_01kaxh3v9m0000000000000001',
  type: 'execution.failed',
  timestamp: '2026-11-27T09:00:01.000Z',
  data: { execution_id: 'exec_01m887wqp5fkp3j7e18anavgww', status: 'failed' },
};

/** An event as a stream has it. */
export function exampleFrame(event: { readonly type: string; readonly [member: string]: unknown }, id: string): string {
  return `event: ${event.type}\nid: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The endpoints that answer with streams of events. */
export const liveEndpoints = {
  execution: defineEndpoint({
    id: 'streamExecutionEvents',
    method: 'GET',
    path: '/v1/executions/{execution_id}/events',
    group: 'Executions',
    summary: 'Follow an execution',
    description:
      'Its events (`LiveEvent`) from the beginning, or behind `Last-Event-ID`, and then as they happen, until the one that ends it. A stream that is cut, or ends earlier, is gone on with by another call. 204 says that nothing comes behind `Last-Event-ID`: the execution has ended.',
    access: 'executions:read',
    headers: RESUMES,
    answer: {
      status: 200,
      description: 'The stream.',
      schema: liveEventStreamSchema,
      mediaType: STREAM_MEDIA_TYPE,
      headers: STREAM_HEADERS,
      example: exampleFrame(STARTED, STARTED.id) + exampleFrame(STEP, STEP.id),
    },
    furtherAnswers: [{ status: 204, description: 'The execution has ended, and `Last-Event-ID` is its last event.' }],
    errors: ['INPUT_LOST', 'TOO_MANY_STREAMS'],
  }),

  organisation: defineEndpoint({
    id: 'streamEvents',
    method: 'GET',
    path: '/v1/events',
    group: 'Events',
    summary: 'Follow the events of the organisation',
    description:
      'What happens (`OrganisationEvent`) from now on, or behind `Last-Event-ID`, which may be up to seven days old. These are the events that subscriptions can be about. A stream that is cut, or ends after an hour, is gone on with by another call.',
    access: 'executions:read',
    headers: RESUMES,
    query: organisationEventsQuery,
    answer: {
      status: 200,
      description: 'The stream.',
      schema: organisationEventStreamSchema,
      mediaType: STREAM_MEDIA_TYPE,
      headers: STREAM_HEADERS,
      example: exampleFrame(FAILED, 'b7304ce9158d2fa6034e9bd871c2f56a'),
    },
    errors: ['TOO_MANY_STREAMS'],
  }),
};
