import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { pauseStartsSchema, startsSchema, systemSchema } from './system.js';

const OK = { normal: 'none waits', ok: true } as const;

/** How the installation is, for its operator. */
export const systemEndpoints = {
  get: defineEndpoint({
    id: 'getSystem',
    method: 'GET',
    path: '/v1/system',
    group: 'Operation',
    summary: 'See how the installation is',
    description:
      'Services with their replicas and releases, queues, timers, dead letters and leases, each with what is normal. Returned within some seconds whatever is away: `sources` says who did not respond, and what they would say is missing.',
    access: 'operator',
    answer: {
      status: 200,
      description: 'As far as it is known.',
      schema: systemSchema,
      example: {
        at: '2026-11-25T09:00:00.000Z',
        ok: true,
        sources: [{ source: 'nats', answered: true, error: null }],
        starts: { paused: false, since: null, reason: null, normal: 'not paused', ok: true },
        services: [
          {
            service: 'executor',
            replicas: [
              {
                instance: 'executor-6c9f-x2v:1',
                node: 'node-1',
                version: '0.1.0',
                started_at: '2026-11-25T08:00:00.000Z',
                status: 'up',
                failing: [],
              },
            ],
            versions: ['0.1.0'],
            normal: 'at least one replica, all up and of one version',
            ok: true,
          },
        ],
        queues: [
          {
            queue: 'RUNS',
            holds: 'executions to start or to go on',
            taken_by: 'executor',
            ...{ waiting: 0, under_way: 3, redelivered: 0, oldest_seconds: 1, bytes: 2_310 },
            ...OK,
          },
        ],
        timers: { set: 120, due: 0, ...OK },
        dead_letters: { count: 0, normal: 'none', ok: true },
        leases: [
          {
            lease: 'journal_trim',
            holder: '0c1b5f0e',
            count: 1,
            until: '2026-11-25T09:00:20.000Z',
            normal: 'held by one process of history',
            ok: true,
          },
        ],
      },
    },
  }),

  pauseStarts: defineEndpoint({
    id: 'pauseStarts',
    method: 'POST',
    path: '/v1/system/starts/pause',
    group: 'Operation',
    summary: 'Pause all starts of executions',
    description:
      'Within some seconds nothing new begins, whatever the trigger: calls and webhooks are STARTS_PAUSED, schedules and messages wait. Executions that have begun go on to their end, with the sub-workflows and failure workflows that they start.',
    access: 'operator',
    audit: { resource: 'installation', action: 'pause' },
    body: {
      type: 'json',
      schema: pauseStartsSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      optional: true,
      example: { reason: 'Upgrade' },
    },
    answer: {
      status: 200,
      description: 'As it is now.',
      schema: startsSchema,
      example: { paused: true, since: '2026-11-25T09:00:00.000Z', reason: 'Upgrade' },
    },
  }),

  resumeStarts: defineEndpoint({
    id: 'resumeStarts',
    method: 'POST',
    path: '/v1/system/starts/resume',
    group: 'Operation',
    summary: 'Let executions start again',
    access: 'operator',
    audit: { resource: 'installation', action: 'resume' },
    answer: {
      status: 200,
      description: 'As it is now.',
      schema: startsSchema,
      example: { paused: false, since: '2026-11-25T09:00:00.000Z', reason: null },
    },
  }),
};
