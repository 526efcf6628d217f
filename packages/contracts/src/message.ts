import type { z } from 'zod';
import type { OwnLanes } from './lanes.js';
import type { JournalLayout } from './partitions.js';
import { tolerantAnswer, tolerantQuestion } from './tolerant-schemas.js';

/** Names of the JetStream streams that hold messages. Their configuration is in `messaging`. */
export const STREAMS = {
  runs: 'RUNS',
  journal: 'JOURNAL',
  timers: 'TIMERS',
  events: 'EVENTS',
  deliveries: 'DELIVERIES',
  deadLetters: 'DLQ',
  layout: 'LAYOUT',
  files: 'FILES',
} as const;

/** A stream by its name; `JOURNAL` stands for all journal streams, `JOURNAL_0`, `JOURNAL_1`, … */
export type StreamName = (typeof STREAMS)[keyof typeof STREAMS];

/** What is stored comes out again, without its payload, on its subject behind this token: for those who follow it. */
export const STORED_PREFIX = 'live';

/**
 * A durable message: where it travels, what it carries, and how the server recognises a repetition.
 * The subject string of a message exists only in its definition.
 */
export interface MessageDefinition<Payload, Address> {
  readonly name: string;
  readonly stream: StreamName;
  /** The subject with `*` for each token that `subject()` fills in: what a consumer or stream listens on. */
  readonly pattern: string;
  readonly schema: z.ZodType<Payload>;
  /** The subject of one message. That of a message with `executionOf` depends on the layout of the journal; by default it is the first one. */
  readonly subject: (address: Address, layout?: JournalLayout) => string;
  /** The address of a payload, so that publishing needs no more than the payload. */
  readonly addressOf: (payload: Payload) => NoInfer<Address>;
  /** The id of the execution whose journal it is in; absent for messages of other streams. */
  readonly executionOf?: (address: NoInfer<Address>) => string;
  /** Where it is in several lanes of a queue, one of which it goes to. `subject` is then the one in a shared lane. */
  readonly lanes?: MessageLanes<NoInfer<Address>>;
  /** `Nats-Msg-Id`: the same id within the stream's window is stored once. */
  readonly messageId?: (payload: Payload) => string;
  /**
   * What of a payload that is too large to travel in the message is in it all the same: whoever has to end what it is about
   * must know that when the payload is gone.
   */
  readonly outline?: (payload: Payload) => unknown;
  /** What the log says of it where all is logged: nothing that anybody has sent or stored. */
  readonly logged?: (payload: Payload) => object;
  /**
   * Where a message waits that is published for later (`PublishOptions.at`): the timer's own subject, which has one timer at a
   * time. Absent for messages that are never set as timers.
   */
  readonly timerSubject?: (address: Address) => string;
}

/** Where a message is that can be in several lanes of a queue. */
export interface MessageLanes<Address> {
  /** The subject to which it goes while these organisations have lanes of their own, as part of a burst of its organisation or not. */
  readonly subject: (address: Address, own: OwnLanes, isBurst?: boolean) => string;
  /** All subjects that messages of the address can be on, with `*` for the lane. */
  readonly anySubject: (address: Address) => string;
  /** The organisation that it is counted for. */
  readonly ownerOf: (address: Address) => string;
}

/** Declares a durable message; see {@link MessageDefinition}. */
export function defineMessage<Payload, Address>(
  definition: MessageDefinition<Payload, Address>,
): MessageDefinition<Payload, Address> {
  return definition;
}

/**
 * Something that whoever listens gets at once, and that is stored nowhere (core NATS; at most once). Nobody may depend on it: it spares a
 * waiting side from asking.
 */
export interface NoticeDefinition<Payload, Address> {
  readonly name: string;
  /** The subject with `*` for each token that `subject()` fills in. */
  readonly pattern: string;
  readonly schema: z.ZodType<Payload>;
  readonly subject: (address: Address) => string;
  readonly addressOf: (payload: Payload) => NoInfer<Address>;
}

/** Declares a notice; see {@link NoticeDefinition}. */
export function defineNotice<Payload, Address>(
  definition: NoticeDefinition<Payload, Address>,
): NoticeDefinition<Payload, Address> {
  return definition;
}

/** A request from one service to another (core NATS request/reply; at most once, replied to or timed out). */
export interface RequestDefinition<Question, Answer> {
  readonly subject: string;
  readonly question: z.ZodType<Question>;
  readonly answer: z.ZodType<Answer>;
}

/** Declares a question; see {@link RequestDefinition}. Both schemas take what a newer release adds; see {@link tolerantQuestion} and {@link tolerantAnswer}. */
export function defineRequest<Question, Answer>({
  subject,
  question,
  answer,
}: RequestDefinition<Question, Answer>): RequestDefinition<Question, Answer> {
  return { subject, question: tolerantQuestion(question), answer: tolerantAnswer(answer) };
}

/** A latest value in a KV bucket: a snapshot in `definitions`, published by its owner and read by hot paths, or a record in a bucket of its own. */
export interface SnapshotDefinition<Value, Address> {
  readonly name: string;
  readonly key: (address: Address) => string;
  readonly schema: z.ZodType<Value>;
}

/** Declares a snapshot; see {@link SnapshotDefinition}. */
export function defineSnapshot<Value, Address>(
  definition: SnapshotDefinition<Value, Address>,
): SnapshotDefinition<Value, Address> {
  return definition;
}
