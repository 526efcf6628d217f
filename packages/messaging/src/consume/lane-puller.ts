import type { Msg, Subscription } from '@nats-io/transport-node';
import type { NatsBus } from '../nats-bus.js';
import { newInbox } from '../inbox.js';
import type { ConsumerSpec } from '../topology.js';
import { headerOf, SERVER_HEADERS } from '../wire.js';
import { Incoming } from './incoming.js';
import type { Grant, LaneUse } from './lane-slots.js';

const LISTEN_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** Of a lane without a kept slot, which may have to leave it to another one; without heartbeats, since it ends before a pull is taken for lost. */
const UNKEPT_EXPIRES_MS = 5_000;
/** Where some lanes have no slot, and take turns. */
const TURN_EXPIRES_MS = 250;
/** Two heartbeats and some: after that a listening pull is taken for lost. A fetch is served at once. */
const SILENCE_MS = 12_000;
const RETRY_MS = 500;

/** What a puller reports to its runner. */
export interface LaneEvents {
  /** A message for one of the slots that were asked for. */
  readonly received: (incoming: Incoming, lane: LanePuller) => void;
  /** Slots have become free, or pulling is possible again. */
  readonly changed: () => void;
}

/**
 * Pulls from one consumer by the pull protocol itself, instead of the client's `fetch()`: one subscription for the
 * consumer's life instead of one for each pull, and an exact count of the messages that may still come, so that no more
 * are ever asked for than there are free slots. Two inboxes keep the replies to the two kinds of pull apart.
 */
export class LanePuller implements LaneUse {
  listening = 0;
  fetching = 0;
  running = 0;
  backlog = 0;
  paused = false;
  scanned = false;
  grantedAt = 0;
  readonly kept: boolean;
  /** Whether all of its messages are of one organisation. */
  readonly isOwn: boolean;
  /** Nothing is taken from it any more; what it has delivered is worked on to its end. */
  left = false;
  #listenInbox: Subscription | undefined;
  #fetchInbox: Subscription | undefined;
  /** Messages of subscriptions that were given up are refused by the server, those under way come again. */
  #generation = 0;
  #lastHeard = 0;
  #restoring = false;
  #stopped = false;

  constructor(
    readonly spec: ConsumerSpec,
    private readonly bus: NatsBus,
    private readonly events: LaneEvents,
  ) {
    this.isOwn = spec.own === true;
    this.kept = !this.isOwn && spec.burst !== true;
  }

  /** Whether pulls can be sent now. */
  get ready(): boolean {
    return this.#listenInbox !== undefined && !this.#stopped && !this.#restoring && this.bus.status().connected;
  }

  start(): void {
    this.#open();
  }

  /** Sends the pulls for granted slots. `inTurn`: other lanes have none. */
  pull(grant: Grant, inTurn = false): void {
    if (grant.listen + grant.fetch > 0) this.grantedAt = performance.now();
    if (grant.listen > 0) {
      this.listening += grant.listen;
      const unkept = inTurn ? TURN_EXPIRES_MS : UNKEPT_EXPIRES_MS;
      const ends = this.kept
        ? `"expires":${LISTEN_EXPIRES_MS * 1e6},"idle_heartbeat":${HEARTBEAT_MS * 1e6}`
        : `"expires":${unkept * 1e6}`;
      this.#request(this.#listenInbox, `{"batch":${grant.listen},${ends}}`);
    }
    if (grant.fetch > 0) {
      this.fetching += grant.fetch;
      this.#request(this.#fetchInbox, `{"batch":${grant.fetch},"no_wait":true}`);
    }
  }

  /** Gives up pulls that went silent. Called every few seconds. */
  check(): void {
    if (!this.ready || this.listening + this.fetching === 0) return;
    if (Date.now() - this.#lastHeard < SILENCE_MS) return;
    this.bus.internals.logger.warn(
      { stream: this.spec.stream, consumer: this.spec.name },
      'A pull has gone silent; pulling again',
    );
    this.reset();
  }

  /** Forgets all pulls and starts anew, after a reconnection or an error. */
  reset(): void {
    if (this.#stopped) return;
    this.#listenInbox?.unsubscribe();
    this.#fetchInbox?.unsubscribe();
    this.#open();
    this.events.changed();
  }

  /** Stops pulling for good, and gives its slots back. */
  leave(): void {
    this.left = true;
    void this.stop();
    this.listening = 0;
    this.fetching = 0;
  }

  /** Stops pulling. Messages that the server has sent already still arrive, and are the receiver's to refuse. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (!this.bus.status().connected) return;
    await Promise.all([this.#listenInbox?.drain(), this.#fetchInbox?.drain()]).catch(() => undefined);
  }

  #open(): void {
    const generation = ++this.#generation;
    this.listening = 0;
    this.fetching = 0;
    this.#lastHeard = Date.now();
    const subscribe = (kind: 'listening' | 'fetching') =>
      this.bus.connection.subscribe(newInbox(this.bus.internals.name), {
        callback: (error, message) => {
          if (!error && generation === this.#generation) this.#received(kind, message);
        },
      });
    this.#listenInbox = subscribe('listening');
    this.#fetchInbox = subscribe('fetching');
  }

  #request(inbox: Subscription | undefined, body: string): void {
    const { stream, name } = this.spec;
    this.#lastHeard = Date.now();
    this.bus.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, body, {
      reply: (inbox as Subscription).getSubject(),
    });
  }

  #received(kind: 'listening' | 'fetching', message: Msg): void {
    this.#lastHeard = Date.now();
    if (!message.reply?.startsWith('$JS.ACK.')) return this.#status(kind, message);
    this[kind] = Math.max(0, this[kind] - 1);
    const incoming = new Incoming(message, this.bus);
    this.backlog = incoming.info.pending;
    this.events.received(incoming, this);
  }

  #status(kind: 'listening' | 'fetching', message: Msg): void {
    const code = message.headers?.code ?? 0;
    switch (code) {
      case 100:
        return;
      case 404:
        this.backlog = 0;
        this[kind] = 0;
        break;
      case 408: {
        // A pull ran out; the header says how many of its messages will not come. A fetch that lost to others has none.
        const unfilled = headerOf(message, SERVER_HEADERS.pullPending);
        this[kind] = kind === 'fetching' || unfilled === undefined ? 0 : Math.max(0, this[kind] - Number(unfilled));
        if (kind === 'fetching') this.backlog = 0;
        break;
      }
      default:
        return this.#failed(code, message.headers?.description ?? '');
    }
    this.events.changed();
  }

  /** The consumer is gone, moved to another server, or not loaded yet. */
  #failed(code: number, description: string): void {
    if (this.#restoring || this.#stopped) return;
    this.#restoring = true;
    const { logger } = this.bus.internals;
    const fields = { stream: this.spec.stream, consumer: this.spec.name, code, description };
    logger.warn(fields, 'A consumer cannot be pulled from; trying again');
    const mayBeGone = code === 503 || description.toLowerCase().includes('deleted');
    setTimeout(() => {
      const restored =
        mayBeGone && this.bus.status().connected && !this.#stopped ? this.bus.restoreTopology() : Promise.resolve();
      restored
        .catch((error: unknown) =>
          logger.warn({ ...fields, reason: String(error) }, 'The consumer could not be restored yet'),
        )
        .finally(() => {
          this.#restoring = false;
          this.reset();
        });
    }, RETRY_MS);
  }
}
