import { randomUUID } from 'node:crypto';
import {
  organisationOfRun,
  OWN_LANE_NUMBERS,
  runLaneSubjects,
  STREAMS,
  type OwnLane,
  type OwnLanes,
} from '@millrace/contracts';
import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../logger.js';
import type { Topology } from '../stream-spec.js';
import {
  fateOf,
  isReady,
  OWN_LANE_TIMES,
  withLaneFor,
  withState,
  type LaneFate,
  type OwnLaneTimes,
} from './lane-policy.js';
import type { LaneRegister } from './lane-register.js';
import { laneConsumer, withOwnLanes } from './lane-topology.js';

/** What making consumers needs beyond the connection. */
interface Means {
  readonly logger: Logger;
  readonly topology: Topology;
  readonly ensure: (topology: Topology) => Promise<void>;
}

/** Organisations of whose messages more wait in this process than it has slots. */
type Crowds = () => Iterable<string>;

/**
 * Lends lanes to organisations that have a backlog and takes them back, for the one service that takes from the queue. Each of
 * its replicas lends, by what it sees itself; one of them, the keeper, takes back. Both may be cut short anywhere and be done by
 * several at the same time: the record decides, and what was left undone is done by a later round.
 */
export class LaneUpkeep {
  readonly #id = randomUUID();
  readonly #times: OwnLaneTimes;
  readonly #crowds = new Set<Crowds>();
  /** In the round before. */
  #crowded = new Set<string>();
  /** Since when the keeper has seen a lane ready for its next state, by the lane as it is. */
  #readySince = new Map<string, number>();
  #lastSweep = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly register: LaneRegister,
    private readonly means: Means,
  ) {
    this.#times = { ...OWN_LANE_TIMES, ...means.topology.ownLaneTimes };
  }

  /** How often {@link tend} is to be called, in milliseconds. */
  get roundMs(): number {
    return this.#times.roundMs;
  }

  /** Asks `crowds` in each round from now on; returns how to end that. */
  watch(crowds: Crowds): () => void {
    this.#crowds.add(crowds);
    return () => this.#crowds.delete(crowds);
  }

  /**
   * One round: lends, takes back, and looks for what was left in lanes that nobody has. No more than `most` organisations get a
   * lane. Without a backlog and without own lanes it asks the server nothing but that last question, once a minute.
   * Throws what reading and changing the record throws, and errors of the server.
   */
  async tend(most: number): Promise<void> {
    const manager = await jetstreamManager(this.connection, { checkAPI: false });
    for (const organisation of this.#lasting()) await this.#lend(organisation, most);
    if (await this.#isKeeper()) await this.#takeBack(manager, most);
    else this.#readySince.clear();
    await this.#sweep(manager);
  }

  /** Organisations that were crowded in the round before as well. */
  #lasting(): string[] {
    const crowded = new Set([...this.#crowds].flatMap((crowds) => [...crowds()]));
    const lasting = [...crowded].filter((organisation) => this.#crowded.has(organisation));
    this.#crowded = crowded;
    return lasting;
  }

  async #lend(organisation: string, most: number): Promise<void> {
    if (withLaneFor(this.register.current, organisation, most) === null) return;
    await this.register.change(async (own) => {
      const lent = withLaneFor(own, organisation, most);
      if (lent === null) return null;
      // Before anybody learns of it: who does may publish at once.
      await this.#ensureConsumer(lent.number);
      this.means.logger.info(
        { organisation, lane: lent.number },
        'An organisation with a backlog gets a lane of its own',
      );
      return lent.own;
    });
  }

  /** Whether lanes are this process's to take back. Nothing is written while there are none. */
  async #isKeeper(): Promise<boolean> {
    const { keeperMs } = this.#times;
    const isOthers = ({ keeper }: OwnLanes, now: number) =>
      // Who is ahead of this clock by more than that has a wrong one.
      keeper !== undefined && keeper.id !== this.#id && keeper.until > now && keeper.until < now + 2 * keeperMs;
    const now = Date.now();
    const known = this.register.current;
    if (known.lanes.length === 0 || isOthers(known, now)) return false;
    if (known.keeper?.id === this.#id && known.keeper.until > now + keeperMs / 2) return true;
    const own = await this.register.change((newest) =>
      newest.lanes.length === 0 || isOthers(newest, now)
        ? null
        : { ...newest, keeper: { ...newest.keeper, id: this.#id, until: now + keeperMs } },
    );
    return own.keeper?.id === this.#id;
  }

  async #takeBack(manager: JetStreamManager, most: number): Promise<void> {
    const before = this.#readySince;
    this.#readySince = new Map();
    for (const [index, lane] of this.register.current.lanes.entries()) {
      const messages = await this.#messagesIn(manager, lane);
      const load = { messages, isCrowded: this.#crowded.has(lane.organisation_id) };
      const [key, now] = [`${lane.number} ${lane.organisation_id} ${lane.state}`, performance.now()];
      const since = isReady(lane, load) ? (before.get(key) ?? now) : now;
      if (isReady(lane, load)) this.#readySince.set(key, since);
      const fate = fateOf(lane, load, now - since, this.#times, index < most);
      if (fate === lane.state) continue;
      if (fate === 'gone') await this.#remove(manager, lane);
      else await this.#move(lane, fate);
    }
  }

  /** Changes the state of a lane, unless somebody else has. */
  async #move({ number, state, organisation_id }: OwnLane, fate: LaneFate): Promise<void> {
    if (fate === 'closing') await this.#ensureConsumer(number);
    await this.register.change((own) =>
      own.lanes.some((lane) => lane.number === number && lane.state === state) ? withState(own, number, fate) : null,
    );
    this.means.logger.info(
      { organisation: organisation_id, lane: number, state: fate },
      'A lane of an organisation goes back',
    );
  }

  /** Nobody takes from the lane, and nothing is in it. What comes all the same, between two looks, is found by the next one. */
  async #remove(manager: JetStreamManager, lane: OwnLane): Promise<void> {
    const { name } = laneConsumer(lane.number);
    try {
      await manager.consumers.delete(STREAMS.runs, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await this.#move(lane, (await this.#firstIn(manager, lane.number)) === null ? 'gone' : 'closing');
  }

  /**
   * A message may come to a lane after its end, from a process that was stopped between choosing the lane and publishing, and
   * then went on. Its organisation gets the lane back, to be drained.
   */
  async #sweep(manager: JetStreamManager): Promise<void> {
    if (performance.now() < this.#lastSweep + this.#times.sweepMs) return;
    const isFree = ({ lanes }: OwnLanes, number: number) => lanes.every((lane) => lane.number !== number);
    for (const number of OWN_LANE_NUMBERS) {
      if (!isFree(this.register.current, number)) continue;
      const subject = await this.#firstIn(manager, number);
      if (subject === null) continue;
      this.means.logger.warn(
        { lane: number, subject },
        'A message is in a lane that nobody has; it is taken from there',
      );
      const lane: OwnLane = { number, organisation_id: organisationOfRun(subject), state: 'closing' };
      await this.#ensureConsumer(number);
      await this.register.change((own) => (isFree(own, number) ? { ...own, lanes: [...own.lanes, lane] } : null));
    }
    this.#lastSweep = performance.now();
  }

  async #messagesIn(manager: JetStreamManager, { number }: OwnLane): Promise<number> {
    try {
      const info = await manager.consumers.info(STREAMS.runs, laneConsumer(number).name);
      return info.num_pending + info.num_ack_pending;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // Only one that is leaving has none, when its deletion was cut short; else a server has lost it.
      return (await this.#firstIn(manager, number)) === null ? 0 : Infinity;
    }
  }

  /** The subject of the first message in a lane. */
  async #firstIn(manager: JetStreamManager, number: number): Promise<string | null> {
    try {
      const query = { seq: 1, next_by_subj: runLaneSubjects(number) };
      return (await manager.streams.getMessage(STREAMS.runs, query))?.subject ?? null;
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  #ensureConsumer(number: number): Promise<void> {
    const { consumers } = withOwnLanes(this.means.topology, [number]);
    return this.means.ensure({ streams: [], consumers: consumers.filter(({ own }) => own) });
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.status === 404;
}
