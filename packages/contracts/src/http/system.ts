import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

const judged = {
  normal: z.string().meta({ description: 'What it is when all is well.' }),
  ok: z.boolean().meta({ description: 'Whether it is so now.' }),
};

const replicaSchema = z.object({
  instance: z.string().meta({ description: 'Name of its host and number of its process.' }),
  node: z.string().nullable().meta({ description: 'The machine that it is on; null of an earlier release.' }),
  version: z.string().meta({ description: 'Its release.' }),
  started_at: z.string(),
  status: z
    .enum(['up', 'down', 'stopping', 'drained'])
    .meta({ description: 'As `/health/ready` of its operations port says.' }),
  failing: z
    .array(z.object({ check: z.string(), detail: z.string().nullable() }))
    .meta({ description: 'Checks of its dependencies that fail; those it can do without are among them.' }),
});

const serviceSchema = z.object({
  service: z.string(),
  replicas: z.array(replicaSchema),
  versions: z.array(z.string()).meta({ description: 'Those that run: several only while an upgrade goes on.' }),
  ...judged,
});

const queueSchema = z.object({
  queue: z.string().meta({ description: 'Its stream; of `RUNS` and `JOURNAL` all lanes and shards together.' }),
  holds: z.string().meta({ description: 'What is in it.' }),
  taken_by: z.string().meta({ description: 'The service that takes from it.' }),
  waiting: z.int().meta({ description: 'Messages that nobody has taken yet.' }),
  under_way: z.int().meta({ description: 'Messages that are being worked on.' }),
  redelivered: z.int().meta({ description: 'Those of them that came more than once.' }),
  oldest_seconds: z
    .int()
    .nullable()
    .meta({ description: 'Age of the oldest message that is stored; null without any.' }),
  bytes: z.int(),
  ...judged,
});

const countSchema = z.object({ count: z.int(), ...judged });

const leaseSchema = z.object({
  lease: z.string().meta({ description: 'What one process at a time does.' }),
  holder: z.string().nullable().meta({ description: 'Who has it; a name that it made up at its start.' }),
  count: z.int().meta({ description: 'How many of this kind it has.' }),
  until: z.string().nullable().meta({ description: 'When the first of them runs out, unless it is renewed.' }),
  ...judged,
});

/** Who was asked, and whether there was an answer. */
const sourceSchema = z.object({
  source: z.enum(['nats', 'services', 'history', 'email-ingest']),
  answered: z.boolean(),
  error: z.string().nullable(),
});

/** Whether the installation starts executions. */
export const startsSchema = z
  .object({
    paused: z.boolean(),
    since: z.string().nullable().meta({ description: 'Since when it is so; null when it always was.' }),
    reason: z.string().nullable().meta({ description: 'As whoever paused them said.' }),
  })
  .register(apiSchemas, { id: 'Starts' });
export type Starts = z.output<typeof startsSchema>;

/** Why starts are paused. */
export const pauseStartsSchema = z
  .strictObject({ reason: z.string().max(LIMITS.pauseReasonCharacters).optional() })
  .register(apiSchemas, { id: 'PauseStarts' });

/** How the installation is. What a source says that did not reply is missing: null, or an empty list. */
export const systemSchema = z
  .object({
    at: z.string(),
    ok: z.boolean().meta({ description: 'Whether everything is as it normally is, and everybody replied.' }),
    sources: z.array(sourceSchema),
    starts: z
      .object({ ...startsSchema.shape, ...judged })
      .nullable()
      .meta({ description: 'Whether executions may be started.' }),
    services: z.array(serviceSchema),
    queues: z.array(queueSchema),
    timers: z
      .object({
        set: z.int().meta({ description: 'Waits, retries and deliveries to come.' }),
        due: z.int().meta({ description: 'Those that are due and that nobody has taken.' }),
        ...judged,
      })
      .nullable(),
    dead_letters: countSchema.nullable(),
    leases: z.array(leaseSchema),
  })
  .register(apiSchemas, { id: 'System' });
export type System = z.output<typeof systemSchema>;
export type SystemService = System['services'][number];
export type SystemQueue = System['queues'][number];
export type SystemLease = System['leases'][number];
export type SystemSource = System['sources'][number];
