export type { Bus } from './bus.js';
export { connectBus, type ConnectOptions } from './connect-bus.js';
export { withDeadline } from './deadline.js';
export {
  HandlerBindingError,
  JournalLayoutFullError,
  PayloadMissingError,
  PayloadTooLargeError,
  PublishRefusedError,
  TerminalError,
  TopologyError,
  WrongSequenceError,
} from './errors.js';
export { ensureTopology } from './ensure-topology.js';
export type { FileStore } from './files/file-store.js';
export type { FileContent, NewFile, StoredFile } from './files/stored-file.js';
export { Gate } from './gate.js';
export { turnOfLargePiece } from './large-pieces.js';
export { LoopTurns } from './loop-turns.js';
export type { Follower, ReadAmong } from './followed-subjects.js';
export { inspectNats, type NatsInspection } from './inspect.js';
export { missingRights } from './inspect-rights.js';
export type { KeyedWrite } from './keyed-write.js';
export type { Listener } from './listener.js';
export type { NoticeListener } from './notices.js';
export { silentLogger, type Logger } from './logger.js';
export type { NatsBus } from './nats-bus.js';
export { natsUsers, type NatsUser } from './permissions.js';
export { connectProcesses, type Processes } from './processes.js';
export { OPERATOR, operatorUser } from './operator-user.js';
export { SERVICE_ACCESS } from './service-access.js';
export { RequeueRefusedError, type DeadLetters, type StoredDeadLetter } from './dead-letters/dead-letters.js';
export type { PublishOptions } from './publish-options.js';
export type { Published } from './publisher.js';
export type { RecordCounts, RecordStore, StoredRecord } from './record-store.js';
export type { ServerTime } from './server-time.js';
export type { RequestOptions } from './requester.js';
export { SNAPSHOT_META_KINDS } from './snapshot-buckets.js';
export type { SnapshotOptions, SnapshotStore } from './snapshot-store.js';
export { Roster } from './roster.js';
export { Room, type StoreRoom } from './storage/room.js';
export type { StoreUsage } from './storage/store-usage.js';
export type { ConsumerState, StreamState } from './queue-states.js';
export type { StoredMessage } from './subject-reader.js';
export { TOPOLOGY, type ConsumerSpec, type StreamSpec, type Topology } from './topology.js';
export { isUnreadable } from './unreadable.js';
export type { BatchContext, Delivery, GivenUp, Overflow, Received } from './consume/delivery.js';
export type { Fairness } from './consume/fair-share.js';
export type { RunnerOptions } from './consume/message-runner.js';
export { BUS, OnBatch, OnGivenUp, OnMessage, OnOverflow, OnRequest, type RequestContext } from './nest/decorators.js';
export { MessagingModule, type MessagingModuleOptions } from './nest/messaging.module.js';
export { MessagingStrategy, type ShutdownTimes } from './nest/messaging.strategy.js';
export {
  failureCode,
  following,
  setTracing,
  spanned,
  traced,
  tracedFrom,
  tracing,
  type Caller,
  type Span,
  type SpanAttributes,
  type SpanStart,
  type Tracing,
} from './tracing.js';
export { HEADERS, newHeaders } from './wire.js';
export { ownerOf, WorkMeter, workMeter, type HeldWork, type Work } from './work-meter.js';
