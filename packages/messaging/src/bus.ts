import type { MessageDefinition, NoticeDefinition, RequestDefinition } from '@millrace/contracts';
import type { DeadLetters } from './dead-letters/dead-letters.js';
import type { FileStore } from './files/file-store.js';
import type { FollowedSubjects } from './followed-subjects.js';
import type { JournalStreams } from './journal-streams.js';
import type { LaneUpkeep } from './lanes/lane-upkeep.js';
import type { Listener } from './listener.js';
import type { NoticeListener } from './notices.js';
import type { PublishOptions } from './publish-options.js';
import type { Published } from './publisher.js';
import type { ConsumerState, StreamState } from './queue-states.js';
import type { RecordStore } from './record-store.js';
import type { RequestOptions } from './requester.js';
import type { ServerTime } from './server-time.js';
import type { SnapshotStore } from './snapshot-store.js';
import type { Room } from './storage/room.js';
import type { StoreUsage } from './storage/store-usage.js';
import type { LastOptions, ReadOptions, StoredMessage } from './subject-reader.js';

/** The one way of a process to the other services: durable messages, questions and snapshots. One per process. */
export interface Bus {
  /**
   * Publishes durably; resolves only after the server has stored the message. An unclear answer is cleared up by asking
   * again. Throws {@link WrongSequenceError} when `expectLastSequence` (0 = none yet) is not what the subject ends at,
   * PublishRefusedError when the server will never take it, AppError('STORAGE_FULL') at once when it has no room for it now,
   * AppError('SERVICE_UNAVAILABLE') after 15 s without an answer. With `acceptance` also STORAGE_FULL while {@link room} says so,
   * and SERVICE_UNAVAILABLE soon when the server does not store.
   */
  publish<P, A>(message: MessageDefinition<P, A>, payload: P, options?: PublishOptions): Promise<Published>;
  /** All stored messages of one subject, oldest first. Throws AppError('SERVICE_UNAVAILABLE'). */
  readSubject<P, A>(message: MessageDefinition<P, A>, address: A, options?: ReadOptions): Promise<StoredMessage<P>[]>;
  /** The same one after the other, so that not all of them are in memory at once. */
  eachOnSubject<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    options?: ReadOptions,
  ): AsyncIterable<StoredMessage<P>>;
  /**
   * Up to `limit` stored messages of a definition whose stream has no shards, from a sequence on and of whatever address, in
   * the order of the stream; fewer when they are large. Throws AppError('SERVICE_UNAVAILABLE').
   */
  readFrom<P, A>(message: MessageDefinition<P, A>, sequence: number, limit: number): Promise<StoredMessage<P>[]>;
  /**
   * Up to where a group has settled a message's stream: by stream, the sequence up to which each message is acknowledged or a
   * dead letter. Throws AppError('SERVICE_UNAVAILABLE').
   */
  settledUpTo(
    message: Pick<MessageDefinition<never, never>, 'name'>,
    group: string,
  ): Promise<ReadonlyMap<string, number>>;
  /** When the oldest message that is left of a stream without shards was stored, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
  oldestAt(message: { readonly stream: string }): Promise<Date | null>;
  /** The stream that holds the messages of an address. Throws AppError('SERVICE_UNAVAILABLE'). */
  streamOf<P, A>(message: MessageDefinition<P, A>, address: A): Promise<string>;
  /** The sequence of the last stored message of one subject, which is not opened; 0 when there is none. Throws AppError('SERVICE_UNAVAILABLE'). */
  lastSequence<P, A>(message: MessageDefinition<P, A>, address: A, options?: LastOptions): Promise<number>;
  /** The last stored message of one subject, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
  lastOnSubject<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    options?: LastOptions,
  ): Promise<StoredMessage<P> | null>;
  /** Removes the stored messages of one subject before a sequence, which takes no room of the store. Throws AppError('SERVICE_UNAVAILABLE'). */
  removeBefore<P, A>(message: MessageDefinition<P, A>, address: A, sequence: number): Promise<void>;
  /**
   * Reports each message of a definition that is published from now on, whatever its address. Nothing is acknowledged or sent again: who must
   * not miss one looks by itself after `missed`. Resolves when it has begun, with the function that ends it; a connection that is lost is waited for.
   */
  listen(message: Pick<MessageDefinition<never, never>, 'pattern'>, listener: Listener): Promise<() => void>;
  /**
   * Sends to whoever listens now, and nobody later. Resolves when the notice is on its way. Throws AppError('STORAGE_FULL') or
   * AppError('SERVICE_UNAVAILABLE') when it is too large for a message and cannot be stored beside it.
   */
  tell<P, A>(notice: NoticeDefinition<P, A>, payload: P): Promise<void>;
  /** Receives each notice of a definition from now on. Resolves when it has begun, with the function that ends it. */
  hear<P, A>(notice: NoticeDefinition<P, A>, listener: NoticeListener<P>): Promise<() => void>;
  /** Asks another service. Throws the AppError it threw, or AppError('SERVICE_UNAVAILABLE', details {service}). */
  request<Q, R>(request: RequestDefinition<Q, R>, question: Q, options?: RequestOptions): Promise<R>;
  readonly snapshots: SnapshotStore;
  /** Records of `Idempotency-Key`s. */
  readonly records: Pick<RecordStore, 'read' | 'write' | 'counts'>;
  /** How far each schedule has come. */
  readonly scheduleRecords: Pick<RecordStore, 'read' | 'write' | 'all'>;
  /** Which executions of a workflow may run at the same time. */
  readonly slotRecords: Pick<RecordStore, 'read' | 'write' | 'remove' | 'page'>;
  /** What organisations may spend. */
  readonly creditRecords: Pick<RecordStore, 'read' | 'write'>;
  /** What ids that callers see are made with. */
  readonly keyRecords: Pick<RecordStore, 'read' | 'write'>;
  /** Subjects that are followed as they grow. */
  readonly subjects: Pick<FollowedSubjects, 'follow' | 'readAmong' | 'lastStored'>;
  /** Content of executions that travels by reference. */
  readonly files: FileStore;
  /** Messages that could not be processed. */
  readonly deadLetters: DeadLetters;
  /** Which streams the journal has, for the service that creates them. */
  readonly journalStreams: Pick<JournalStreams, 'grow' | 'retire'>;
  /** Which organisations have lanes of their own, for the service that takes from the queue. */
  readonly lanes: Pick<LaneUpkeep, 'tend' | 'roundMs'>;
  /** For health checks: whether the server is reachable now, its address, and the id that it has made up at its start. */
  status(): { connected: boolean; server: string | null; serverId: string | null };
  /** What time it is by the clock of the server, to which those of machines may be compared. Throws AppError('SERVICE_UNAVAILABLE'). */
  serverTime(): Promise<ServerTime>;
  /** Whether something new may be accepted. */
  readonly room: Room;
  /** How full the stores of the server are that have a limit. Throws when it does not reply. */
  storeUsage(): Promise<StoreUsage[]>;
  /** What every stream holds, and how far every consumer is. Throws when the server does not reply. */
  queueStates(): Promise<{ readonly streams: readonly StreamState[]; readonly consumers: readonly ConsumerState[] }>;
  /** Sends what is buffered and closes the connection. Consumers are to be stopped before. */
  close(): Promise<void>;
}
