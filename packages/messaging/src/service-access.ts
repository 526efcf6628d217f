import {
  CancelExecution,
  CreateApprovalLink,
  CreditsNoted,
  DisableEventSubscription,
  ExecutionAnswered,
  ExecutionFinished,
  ExecutionFollowed,
  ExecutionNudged,
  GetCapabilities,
  GetExecution,
  PlanRestart,
  Present,
  ReadRecorded,
  ReadRecordedState,
  ReadReused,
  RecordSecretUses,
  RecordWorkflowRuns,
  RestartExecutions,
  RollCall,
  RunBackfill,
  STREAMS,
  TextWritten,
  WebhookCallShown,
  WebhookListened,
} from '@millrace/contracts';
import { FOLLOWED } from './followed-messages.js';
import { SNAPSHOT_STREAMS } from './snapshot-buckets.js';
import {
  ALONE_STREAM,
  CREDITS_STREAM,
  IDEMPOTENCY_STREAM,
  KEYS_STREAM,
  PAYLOAD_BUCKET,
  REPLY_BUCKET,
  SCHEDULES_STREAM,
  SLOTS_STREAM,
  SNAPSHOT_PAYLOAD_BUCKET,
} from './topology.js';

/** What one service needs. Streams are named by their base: `JOURNAL` stands for all its shards. Consumers follow from `group` in topology.ts. */
export interface ServiceAccess {
  /** First tokens of the subjects of its requests; their subjects begin with the service that replies. */
  readonly asks: readonly string[];
  /** Single questions that it may ask of a service, where it has no business with the others. */
  readonly asksOnly?: readonly string[];
  /** First token of the questions it replies to. */
  readonly replies?: string;
  /** Streams whose existence is its business: it creates them and changes their settings. Each stream has exactly one such service. */
  readonly creates: readonly string[];
  /** Streams that it appends to; it may also look up what it stored there. */
  readonly writes: readonly string[];
  /** Whether it announces what happens in it, for subscribers: nothing else that is in the stream of events. */
  readonly announces?: true;
  /** Messages that it publishes to the stream of events, by their patterns. */
  readonly notes?: readonly string[];
  /** Streams in which it looks up what others have stored, as their leaders have it. */
  readonly looksUp?: readonly string[];
  /** Timers that it sets, by the kinds in their subjects. */
  readonly sets?: readonly string[];
  /** Streams whose subjects it reads. */
  readonly reads: readonly string[];
  /** Streams that it removes messages from, by purging their subjects. */
  readonly removes?: readonly string[];
  /** It looks after dead letters: reads them, removes them, and puts them back in the streams that they came from. */
  readonly tendsDeadLetters?: true;
  /** What it does with files. Their content may not have reached each replica when it is read, so that the leader is asked too. */
  readonly files?: 'reads' | 'writes';
  /** Subjects of messages that it gets as they are published, without a consumer. */
  readonly hears?: readonly string[];
  /** Notices that it sends, by their patterns. */
  readonly tells?: readonly string[];
  /** Kinds of snapshots that it reads, by the first token of their keys. The one who writes them reads all. */
  readonly snapshots: readonly string[];
  /** Those of them that it lists: it may read the whole buckets that they are in; see snapshot-buckets.ts. */
  readonly lists?: readonly string[];
}

const { runs, journal, timers, events, deliveries, deadLetters, layout, files } = STREAMS;
const PAYLOADS = `OBJ_${PAYLOAD_BUCKET}`;
const REPLIES = `OBJ_${REPLY_BUCKET}`;
const SNAPSHOT_PAYLOADS = `OBJ_${SNAPSHOT_PAYLOAD_BUCKET}`;
/** Whether anybody subscribes to events. */
const EVENTS_WANTED = ['event_types', 'event_watch'];

/** The services by the names that they have on the server. */
export const SERVICE_ACCESS: Readonly<Record<string, ServiceAccess>> = {
  gateway: {
    asks: ['definitions', 'history', 'webhooks', 'scheduler', 'mail', 'executor'],
    creates: [IDEMPOTENCY_STREAM, KEYS_STREAM],
    writes: [runs, IDEMPOTENCY_STREAM, KEYS_STREAM],
    // How many keys an organisation has; what streams of events send.
    reads: [IDEMPOTENCY_STREAM, events],
    // Whether there is anything left to spend on models.
    looksUp: [CREDITS_STREAM],
    files: 'reads',
    // Starts wait for the end of their executions. Streams of events learn where something is stored, and no more.
    // So are those of listeners to webhooks, by the dispatchers.
    hears: [
      ExecutionFinished.pattern,
      ExecutionAnswered.pattern,
      Present.pattern,
      WebhookCallShown.pattern,
      // And of executions, what models write.
      TextWritten.pattern,
      ...FOLLOWED,
    ],
    tells: [RollCall.pattern, WebhookListened.pattern, ExecutionFollowed.pattern],
    snapshots: ['active', 'version', 'webhook', 'token', 'organisation', 'installation'],
  },
  'webhook-dispatcher': {
    asks: [],
    asksOnly: [DisableEventSubscription.subject, RecordSecretUses.subject],
    replies: 'webhooks',
    creates: [deliveries],
    // Who listens to an address is shown its calls.
    hears: [WebhookListened.pattern],
    tells: [WebhookCallShown.pattern],
    // Deliveries that it has seen, and how many keys an organisation has.
    writes: [runs, IDEMPOTENCY_STREAM, deliveries, deadLetters],
    announces: true,
    sets: ['deliveries', 'put_off_deliveries', 'put_off_events'],
    reads: [IDEMPOTENCY_STREAM],
    // What calls bring that is no value.
    files: 'writes',
    snapshots: [
      ...['active', 'version', 'webhook', 'secrets', 'organisation', 'installation', 'event_subscriptions'],
      ...EVENTS_WANTED,
    ],
  },
  scheduler: {
    // Whether an execution still goes on.
    asks: ['history'],
    replies: 'scheduler',
    creates: [SCHEDULES_STREAM],
    writes: [runs, SCHEDULES_STREAM],
    announces: true,
    // Schedules wait for the end of an execution.
    hears: [ExecutionFinished.pattern],
    reads: [SCHEDULES_STREAM],
    snapshots: ['active', 'version', 'schedule', 'organisation', 'installation', ...EVENTS_WANTED],
    lists: ['schedule'],
  },
  definitions: {
    asks: [],
    // Jobs start what is over by schedules, and cancel, retry or replay executions.
    asksOnly: [RunBackfill.subject, CancelExecution.subject, RestartExecutions.subject],
    replies: 'definitions',
    creates: [...SNAPSHOT_STREAMS, PAYLOADS, REPLIES, SNAPSHOT_PAYLOADS, CREDITS_STREAM],
    writes: [...SNAPSHOT_STREAMS, CREDITS_STREAM, deadLetters],
    announces: true,
    reads: [],
    // Whose content expressions read that somebody tries.
    files: 'reads',
    snapshots: [],
  },
  executor: {
    asks: [],
    // Children of an execution that nobody waits for any more; what one begins with that retries or replays another, and whether it was started;
    // what the journal has dropped.
    asksOnly: [
      RecordSecretUses,
      CancelExecution,
      PlanRestart,
      ReadReused,
      GetExecution,
      ReadRecorded,
      ReadRecordedState,
      // What goes into a mail to an approver: a link, and the address that links have.
      CreateApprovalLink,
      GetCapabilities,
    ].map(({ subject }) => subject),
    replies: 'executor',
    creates: [runs, timers, SLOTS_STREAM],
    // That the journal of an execution has something for who runs it; who follows one.
    hears: [ExecutionNudged.pattern, ExecutionFollowed.pattern],
    // Who appends to the journal decides first, in the layout, which stream new executions use. It also lends lanes.
    writes: [runs, journal, deadLetters, layout, SLOTS_STREAM, CREDITS_STREAM],
    notes: [CreditsNoted.pattern],
    removes: [SLOTS_STREAM],
    sets: ['executions'],
    // Who waits for a response or an end; who runs the parent of an execution that has ended; who follows what a model writes.
    tells: [ExecutionAnswered.pattern, ExecutionNudged.pattern, TextWritten.pattern],
    // Whether an execution is woken already; slots that nobody has given back.
    reads: [runs, journal, SLOTS_STREAM],
    files: 'writes',
    snapshots: [
      'active',
      'version',
      'organisation',
      'installation',
      'secrets',
      'variables',
      'mail_senders',
      'ai_providers',
    ],
  },
  'email-ingest': {
    asks: [],
    replies: 'mail',
    creates: [],
    writes: [runs],
    announces: true,
    reads: [],
    // Attachments.
    files: 'writes',
    snapshots: ['active', 'version', 'organisation', 'installation', 'mailboxes', 'email', ...EVENTS_WANTED],
    lists: ['mailboxes', 'email'],
  },
  history: {
    asks: [],
    // It reports when workflows last ran.
    asksOnly: [RecordWorkflowRuns.subject],
    replies: 'history',
    creates: [journal, layout, events, deadLetters, files, 'ADVISORIES', ALONE_STREAM],
    // A finished execution leaves the journal once its record is written: an end marker replaces its entries.
    // What is asked of a suspended execution wakes it.
    writes: [runs, journal, layout, events, deadLetters, ALONE_STREAM],
    reads: [runs, journal, events, ALONE_STREAM],
    // Where NATS has no room for a marker, which would make room.
    removes: [journal],
    tendsDeadLetters: true,
    // It removes them with the record of their execution.
    files: 'writes',
    // What a step was given, and what a replay does, is worked out from the workflow's version.
    snapshots: ['version', 'active', ...EVENTS_WANTED],
  },
};
