import { z } from 'zod';
import { startsSchema } from '../http/system.js';
import { defineNotice, defineRequest } from '../message.js';
import { carried, openEnum } from '../open-values.js';

/** Sent by a gateway or the operator: each process says that it is there, and how, with {@link Present}. */
export const RollCall = defineNotice({
  name: 'RollCall',
  pattern: 'system.roll-call',
  schema: carried({ call_id: z.string() }),
  subject: () => 'system.roll-call',
  addressOf: () => null,
});

/** A process is there. Each service says so under a name of its own, so that none can say it of another. */
export const Present = defineNotice({
  name: 'Present',
  pattern: 'system.present.*.*',
  schema: carried({
    call_id: z.string(),
    service: z.string(),
    instance: z.string(),
    /** The machine that it is on; absent in what earlier releases say. */
    node: z.string().optional(),
    version: z.string(),
    started_at: z.string(),
    status: openEnum(['up', 'down', 'stopping', 'drained']) as z.ZodType<'up' | 'down' | 'stopping' | 'drained'>,
    failing: z.array(carried({ check: z.string(), detail: z.string().nullable() })),
  }),
  subject: ({ service, call_id }: { service: string; call_id: string }) => `system.present.${service}.${call_id}`,
  addressOf: (payload) => payload,
});
export type PresentProcess = z.output<typeof Present.schema>;

/** Sent by the operator: this process takes nothing new, hands over what it runs, and stays without work until it is ended. */
export const Drain = defineNotice({
  name: 'Drain',
  pattern: 'system.drain.*',
  schema: carried({ service: z.string(), instance: z.string() }),
  subject: ({ service }: { service: string }) => `system.drain.${service}`,
  addressOf: (payload) => payload,
});

const leases = z.object({
  leases: z.array(
    z.object({
      lease: z.string(),
      holder: z.string().nullable(),
      count: z.number().int(),
      until: z.string().nullable(),
      /** How long nobody needs it between two rounds of the work, in milliseconds; absent when it is always held. */
      rest_ms: z.number().optional(),
    }),
  ),
});

/** Work that one process of history does at a time, with who has it. */
export const ListHistoryLeases = defineRequest({
  subject: 'history.leases.list',
  question: z.object({}),
  answer: leases,
});

/** Who watches mailboxes, and how many. */
export const ListMailboxLeases = defineRequest({
  subject: 'mail.leases.list',
  question: z.object({}),
  answer: leases,
});

/** Records in the audit log that a profile of a process is about to be taken; it is not, unless this succeeds. */
export const RecordProfile = defineRequest({
  subject: 'definitions.profiles.record',
  question: z.object({
    service: z.string(),
    instance: z.string(),
    kind: z.enum(['cpu', 'heap']),
    address: z.string().nullable(),
    request_id: z.string(),
  }),
  answer: z.object({ entry_id: z.string() }),
});

/** Pauses all starts of the installation, or lets them go on. Needs no database. */
export const SetStarts = defineRequest({
  subject: 'definitions.starts.set',
  question: z.object({ paused: z.boolean(), reason: z.string().nullable() }),
  answer: startsSchema,
});
