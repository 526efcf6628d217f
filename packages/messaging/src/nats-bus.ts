import { LIMITS, takenLanes } from '@millrace/contracts';
import type { MessageDefinition, NoticeDefinition, RequestDefinition } from '@millrace/contracts';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Bus } from './bus.js';
import type { BusInternals } from './bus-internals.js';
import { connectionChanges } from './connection-changes.js';
import { NatsDeadLetters } from './dead-letters/nats-dead-letters.js';
import { NatsFileStore } from './files/file-store.js';
import { FollowedSubjects } from './followed-subjects.js';
import { Gate } from './gate.js';
import { JournalLayouts } from './journal-layouts.js';
import { JournalStreams } from './journal-streams.js';
import { journalNumbers, withJournals } from './journal-topology.js';
import { LaneRegister } from './lanes/lane-register.js';
import { withOwnLanes } from './lanes/lane-topology.js';
import { LaneUpkeep } from './lanes/lane-upkeep.js';
import { listen, type Listener } from './listener.js';
import { hear, tell, type NoticeListener } from './notices.js';
import { PayloadStore } from './payload-store.js';
import type { PublishOptions } from './publish-options.js';
import { Publisher, type Published } from './publisher.js';
import { queueStates } from './queue-states.js';
import { NatsRecordStore } from './record-store.js';
import { ReplyMux } from './reply-mux.js';
import { Requester, type RequestOptions } from './requester.js';
import { NatsSnapshotStore } from './snapshot-store.js';
import { ackFloors, oldestAt } from './direct-get.js';
import { SubjectReader, type LastOptions, type ReadOptions, type StoredMessage } from './subject-reader.js';
import { Room } from './storage/room.js';
import { serverTime, type ServerTime } from './server-time.js';
import { storeUsage, type StoreUsage } from './storage/store-usage.js';
import {
  CREDITS_BUCKET,
  IDEMPOTENCY_BUCKET,
  JOURNAL_DECISION_MS,
  KEYS_BUCKET,
  LAYOUT_CHANGES,
  OWN_LANES_CHANGES,
  PAYLOAD_BUCKET,
  REPLY_BUCKET,
  SCHEDULES_BUCKET,
  SLOTS_BUCKET,
  SNAPSHOT_PAYLOAD_BUCKET,
  type Topology,
} from './topology.js';
import { traced } from './tracing.js';
import { HEADERS } from './wire.js';

const PRODUCER = { kind: 'producer' } as const;
const CLIENT = { kind: 'client' } as const;

/** The {@link Bus} over one NATS connection. Made by `connectBus`. */
export class NatsBus implements Bus {
  readonly replies: ReplyMux;
  readonly payloads: PayloadStore;
  readonly replyPayloads: PayloadStore;
  readonly publisher: Publisher;
  readonly snapshots: NatsSnapshotStore;
  readonly records: NatsRecordStore;
  readonly scheduleRecords: NatsRecordStore;
  readonly slotRecords: NatsRecordStore;
  readonly creditRecords: NatsRecordStore;
  readonly keyRecords: NatsRecordStore;
  readonly subjects: FollowedSubjects;
  readonly files: NatsFileStore;
  readonly deadLetters: NatsDeadLetters;
  readonly layouts: JournalLayouts;
  readonly journalStreams: JournalStreams;
  readonly laneRegister: LaneRegister;
  readonly lanes: LaneUpkeep;
  readonly room = new Room();
  readonly serverTime = (): Promise<ServerTime> => serverTime(this.replies);
  /** Questions that came by reference: each takes many times its size while it is worked on. */
  readonly largeQuestions = new Gate(LIMITS.largeBodiesAtOnce);
  /** Questions whose handler says that they take much work, whatever their size. */
  readonly heavyQuestions = new Gate(LIMITS.largeBodiesAtOnce);
  readonly #reader: SubjectReader;
  readonly #requester: Requester;
  readonly #reconnectListeners = new Set<() => void>();
  #topology: Topology;
  #layoutChanges: Subscription | undefined;
  #connected = true;
  #connectionNumber = 1;
  #closing: Promise<void> | undefined;

  constructor(
    readonly connection: NatsConnection,
    readonly internals: BusInternals,
  ) {
    const { topology, logger } = internals;
    const options = { validate: internals.validateOutgoing, logger };
    this.replies = new ReplyMux(connection, internals.name, (reply) => void this.#discardReply(reply));
    this.payloads = new PayloadStore(connection, this.replies, PAYLOAD_BUCKET, this.room);
    this.replyPayloads = new PayloadStore(connection, this.replies, REPLY_BUCKET, this.room, HEADERS.replyObject);
    this.#topology = topology;
    const places = () => ({ layouts: this.layouts, lanes: this.laneRegister });
    this.publisher = new Publisher(connection, this.replies, places, this.payloads, this.room, options);
    const server = {
      last: this.publisher.lastStored.bind(this.publisher),
      send: this.publisher.send.bind(this.publisher),
    };
    this.records = new NatsRecordStore(this.publisher, this.replies, IDEMPOTENCY_BUCKET);
    this.scheduleRecords = new NatsRecordStore(this.publisher, this.replies, SCHEDULES_BUCKET);
    this.slotRecords = new NatsRecordStore(this.publisher, this.replies, SLOTS_BUCKET, false);
    this.creditRecords = new NatsRecordStore(this.publisher, this.replies, CREDITS_BUCKET, false);
    this.keyRecords = new NatsRecordStore(this.publisher, this.replies, KEYS_BUCKET, false);
    this.files = new NatsFileStore(this.publisher, this.replies, this.room);
    this.deadLetters = new NatsDeadLetters(this);
    this.layouts = new JournalLayouts(server, logger, topology.journalDecisionMs ?? JOURNAL_DECISION_MS);
    this.laneRegister = new LaneRegister(server, logger, topology.bursts);
    this.onTopology(() => {
      const journals = withJournals(topology, journalNumbers(this.layouts.current));
      this.#topology = withOwnLanes(journals, takenLanes(this.laneRegister.current));
    });
    this.journalStreams = new JournalStreams(connection, this.layouts, internals);
    this.lanes = new LaneUpkeep(connection, this.laneRegister, internals);
    const snapshotPayloads = new PayloadStore(connection, this.replies, SNAPSHOT_PAYLOAD_BUCKET, this.room);
    this.snapshots = new NatsSnapshotStore(connection, this.replies, this.publisher, snapshotPayloads);
    this.#reader = new SubjectReader(this.replies, this.layouts, this.payloads, this.publisher);
    const onReconnect = this.onReconnect.bind(this);
    this.subjects = new FollowedSubjects(connection, this.replies, this.#reader, onReconnect, logger);
    this.#requester = new Requester(this.replies, this.payloads, this.replyPayloads, options);
  }

  /** What there is to be on the server, as far as this process knows. */
  get topology(): Topology {
    return this.#topology;
  }

  /** Calls `listener` each time when there are other streams or consumers to be. */
  onTopology(listener: () => void): () => void {
    const ends = [this.layouts.onChange(listener), this.laneRegister.onChange(listener)];
    return () => ends.forEach((end) => end());
  }

  /** Subscribes to snapshot and layout changes, and follows the state of the connection. */
  async start(): Promise<void> {
    void this.#follow();
    this.#layoutChanges = this.connection.subscribe(`${LAYOUT_CHANGES}.>`, {
      callback: (error, message) => {
        if (!error) void this.#refresh(message.subject === OWN_LANES_CHANGES ? this.laneRegister : this.layouts);
      },
    });
    await this.snapshots.start();
  }

  publish<P, A>(message: MessageDefinition<P, A>, payload: P, options?: PublishOptions): Promise<Published> {
    return traced(`publish ${message.name}`, PRODUCER, () => this.publisher.publish(message, payload, options));
  }

  readSubject<P, A>(message: MessageDefinition<P, A>, address: A, options?: ReadOptions): Promise<StoredMessage<P>[]> {
    return this.#reader.readSubject(message, address, options);
  }

  eachOnSubject<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    options?: ReadOptions,
  ): AsyncIterable<StoredMessage<P>> {
    return this.#reader.eachOnSubject(message, address, options);
  }

  readFrom<P, A>(message: MessageDefinition<P, A>, sequence: number, limit: number): Promise<StoredMessage<P>[]> {
    return this.#reader.readFrom(message, sequence, limit);
  }

  async settledUpTo(message: { readonly name: string }, group: string): Promise<ReadonlyMap<string, number>> {
    const consumers = this.topology.consumers.filter((one) => one.group === group && one.message === message.name);
    return ackFloors(this.replies, consumers);
  }

  oldestAt({ stream }: { readonly stream: string }): Promise<Date | null> {
    return oldestAt(this.replies, stream);
  }

  streamOf<P, A>(message: MessageDefinition<P, A>, address: A): Promise<string> {
    return this.#reader.streamOf(message, address);
  }

  lastSequence<P, A>(message: MessageDefinition<P, A>, address: A, options?: LastOptions): Promise<number> {
    return this.#reader.lastSequence(message, address, options);
  }

  lastOnSubject<P, A>(
    message: MessageDefinition<P, A>,
    address: A,
    options?: LastOptions,
  ): Promise<StoredMessage<P> | null> {
    return this.#reader.lastOnSubject(message, address, options);
  }

  removeBefore<P, A>(message: MessageDefinition<P, A>, address: A, sequence: number): Promise<void> {
    return this.#reader.removeBefore(message, address, sequence);
  }

  async listen(
    message: Pick<MessageDefinition<never, never>, 'pattern'>,
    { heard, missed }: Listener,
  ): Promise<() => void> {
    const ends = [await listen(this.connection, message, heard), this.onReconnect(missed)];
    return () => ends.forEach((end) => end());
  }

  tell<P, A>(notice: NoticeDefinition<P, A>, payload: P): Promise<void> {
    if (this.internals.validateOutgoing) notice.schema.parse(payload);
    return tell(this.connection, this.replyPayloads, notice, payload);
  }

  hear<P, A>(notice: NoticeDefinition<P, A>, listener: NoticeListener<P>): Promise<() => void> {
    return hear(this.connection, this.replyPayloads, notice, listener);
  }

  request<Q, R>(request: RequestDefinition<Q, R>, question: Q, options?: RequestOptions): Promise<R> {
    return traced(`ask ${request.subject}`, CLIENT, () => this.#requester.request(request, question, options));
  }

  status(): ReturnType<Bus['status']> {
    const connected = this.#connected && !this.connection.isClosed();
    if (!connected) return { connected, server: null, serverId: null };
    return { connected, server: this.connection.getServer(), serverId: this.connection.info?.server_id ?? null };
  }

  storeUsage(): Promise<StoreUsage[]> {
    return storeUsage(this.replies, this.topology);
  }

  queueStates(): ReturnType<Bus['queueStates']> {
    return queueStates(this.replies, this.topology);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Counts the connections to a server: another number than before means that there was a break. */
  get connectionNumber(): number {
    return this.#connectionNumber;
  }

  /** Calls `listener` each time the connection has come back. */
  onReconnect(listener: () => void): () => void {
    this.#reconnectListeners.add(listener);
    return () => this.#reconnectListeners.delete(listener);
  }

  /** A reply came after its time-out: nobody will read it. */
  async #discardReply(reply: Msg): Promise<void> {
    await Promise.all([this.payloads.discard(reply), this.replyPayloads.discard(reply)]);
  }

  async #close(): Promise<void> {
    this.snapshots.close();
    this.#layoutChanges?.unsubscribe();
    // Draining needs an answer of the server: without one there is nothing to wait for.
    if (!this.connection.isClosed()) await (this.#connected ? this.connection.drain() : this.connection.close());
    this.replies.close();
  }

  /** Reads what there is to be and creates what of it is not on the server. Throws an Error while that cannot be done. */
  async restoreTopology(): Promise<void> {
    await Promise.all([this.layouts.refresh(), this.laneRegister.refresh()]);
    await this.internals.ensure(this.topology);
  }

  /** Somebody has changed a record. Who misses that does nothing wrong: see the two classes. */
  #refresh(record: { refresh(): Promise<unknown> }): Promise<void> {
    return this.#orWarn('A change of journal streams or lanes could not be read yet', () => record.refresh());
  }

  /** A server that came back may have lost its data: each service creates again what is its to create. */
  #restore(): Promise<void> {
    return this.#orWarn('Streams on the NATS server could not be checked yet', () => this.restoreTopology());
  }

  async #orWarn(warning: string, work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: unknown) => this.internals.logger.warn({ reason: String(error) }, warning));
  }

  async #follow(): Promise<void> {
    for await (const change of connectionChanges(this.connection, this.internals.logger)) {
      if (change.type === 'lost') {
        this.#connected = false;
        this.snapshots.disconnected();
      } else if (change.type === 'refused') {
        this.replies.refused(change.subject);
      } else {
        this.#connected = true;
        this.#connectionNumber++;
        // What the client was given while it connected stays in its buffer until something makes it send.
        this.connection.flush().catch(() => undefined);
        this.replies.reconnected();
        this.room.reconnected();
        this.snapshots.reconnected();
        for (const listener of this.#reconnectListeners) listener();
        void this.#restore();
      }
    }
  }
}
