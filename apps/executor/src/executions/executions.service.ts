import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { isTest, LIMITS, type RunRequest } from '@millrace/contracts';
import { BUS, Gate, WrongSequenceError, type Bus, type Delivery } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import type { Logger } from '@millrace/service-kit/logging';
import { wakeExecution } from '@millrace/service-kit/wake-execution';
import { StorageQuota, type StartQuota } from '@millrace/service-kit/storage-quota';
import { isoTime, notBehind, type Clock } from '../clock.js';
import { ConcurrencySlots } from '../concurrency/concurrency-slots.js';
import { SlotGate } from '../concurrency/slot-gate.js';
import type { SomeStepHandlers } from '../steps/registry.js';
import { ChildStarts } from './child-executions.js';
import { openChildrenIn } from '@millrace/service-kit/child-ledger';
import { claimOf } from './claim.js';
import { EndLinks } from './end-links.js';
import { dueOf } from './due-of.js';
import { CLOCK, STEP_HANDLERS } from './execution-tokens.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';
import { handOver, isNoFaultOfExecution } from './hand-over.js';
import { idsOf } from './ids-of.js';
import { JournalSubject } from './journal-subject.js';
import { beforeLastClaim, lossOf } from './lost-runs.js';
import { metrics } from './metrics.js';
import { queuedTooLong } from './queue-timeout.js';
import { ReadsOfRuns } from './reads-of-runs.js';
import type { ReusedBeginning } from './reused-results.js';
import { cancelRequestIn } from './run-cancel.js';
import { RunClaims, type TakingClaim } from './run-claims.js';
import { RunDriver } from './run-driver.js';
import { RunEnds } from './run-ends.js';
import { startedEvent } from './started-event.js';
import { VersionLookup } from './version-lookup.js';
import { VersionPrograms } from './version-programs.js';
import { WakeTimers } from './wake-timers.js';

/**
 * Journals that are read at the same time, of organisations in turn: until it runs, an execution is not counted among those that hold memory.
 */
const MOST_READERS = 2;

/** How an execution is taken over. */
interface Taking {
  readonly claim: TakingClaim;
  readonly reused: ReusedBeginning | null;
  readonly release: (() => void) | undefined;
}

type DeliveryFacts = Pick<Delivery, 'deliveryCount' | 'redelivered' | 'signal' | 'storedAt'>;

/** Claims executions and runs them to their end, or until they can only wait. */
@Injectable()
export class ExecutionsService {
  readonly #programs: VersionPrograms;
  readonly #timers: WakeTimers;
  readonly #readers = new Gate(MOST_READERS, MOST_READERS);
  /** Apart from the others, since these wait for history. */
  readonly #readersOfReused = new Gate(MOST_READERS, MOST_READERS);
  readonly #ends: RunEnds;
  readonly #versions: VersionLookup;
  readonly #claims: RunClaims;
  readonly #driver: RunDriver;
  readonly #links: EndLinks;
  readonly #gate: SlotGate;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(STEP_HANDLERS) handlers: SomeStepHandlers,
    @Inject(StorageQuota) quota: StartQuota & Pick<StorageQuota, 'chargeRunning'>,
    private readonly reads: ReadsOfRuns,
  ) {
    this.#programs = new VersionPrograms(bus, handlers);
    this.#timers = new WakeTimers(bus);
    const slots = new ConcurrencySlots(bus, new JournalAsides(bus, logger));
    this.#links = new EndLinks(bus, logger, clock, quota);
    this.#ends = new RunEnds(logger, clock, handlers);
    this.#versions = new VersionLookup(this.#programs, this.#ends, clock);
    const shared = { logger, clock, reads, timers: this.#timers };
    this.#claims = new RunClaims({ ...shared, readers: this.#readers });
    const children = new ChildStarts(bus, quota, clock, this.#programs);
    this.#gate = new SlotGate({ bus, slots, ends: this.#ends, timers: this.#timers });
    this.#driver = new RunDriver({ ...shared, quota, ends: this.#ends, children, files: bus.files });
  }

  /**
   * Runs one execution; returns when its end is in the journal and those know of it that are to, or that it is suspended and a timer is set that wakes it. Throws SupersededError (somebody else runs it),
   * ExecutorStoppingError, or what made it impossible to go on now: then another delivery resumes it.
   */
  async execute(request: RunRequest, delivery: DeliveryFacts): Promise<void> {
    const journal = new JournalSubject(this.bus, request, randomUUID());
    await this.#execute(request, delivery, journal);
    // Also of one that had ended before, while its journal has the end: who ended it may have died since.
    if (journal.end !== null) await this.#links.tell(request, journal.end, this.#programs);
  }

  async #execute(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    const isFirst = !delivery.redelivered && request.generation === 0 && request.reuse === undefined;
    const isNew = isFirst && !journal.mayHaveAgedOut;
    try {
      if (isNew && (await this.#startUnread(request, delivery, journal))) return;
      await this.#takeOver(request, delivery, journal);
    } catch (error) {
      if (error instanceof WrongSequenceError) return this.#claims.follow(request, delivery, journal);
      if (isNoFaultOfExecution(error)) await handOver(journal, delivery, this.clock);
      throw error;
    }
  }

  /**
   * A first delivery is nearly always that of a new execution, which saves reading its journal: the first append says
   * otherwise. False when it does, and for one that may have to wait for others.
   */
  async #startUnread(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<boolean> {
    this.bus.room.requireToBegin();
    try {
      return await this.#start(request, delivery, journal);
    } catch (error) {
      if (error instanceof WrongSequenceError && journal.entries === 0) return false;
      throw error;
    }
  }

  async #takeOver(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<void> {
    const found = await this.#claims.open(request, delivery, journal);
    const claim = claimOf(found, request.generation);
    if (claim === 'pass') return this.#pass(request, found.state);
    if (claim === 'arm') return await this.#arm(request, found.until);
    if (claim === 'lose') return await this.#ends.lose(request, journal);
    if (claim === 'start') this.bus.room.requireToBegin();
    const reused = this.reads.reused.of(request);
    // What is taken over may be large, and its beginning is read before there is anything to record.
    const release =
      reused === null ? undefined : await this.#readersOfReused.enter(request.organisation_id, delivery.signal);
    try {
      await this.#claim(request, delivery, journal, { claim, reused, release });
    } finally {
      release?.();
    }
  }

  /** `release` gives back the permit to read what is recorded, where that has been taken. */
  async #claim(
    request: RunRequest,
    delivery: DeliveryFacts,
    journal: JournalSubject,
    { claim, reused, release: taken }: Taking,
  ): Promise<void> {
    // Durable before anything else is done: if this process dies of the execution, the next one sees it.
    const clock = notBehind(this.clock, delivery.storedAt);
    const claims = { delivery: delivery.deliveryCount, earlier: journal.claims, reused, now: clock.now() };
    const known = isTest(request.trigger) ? null : (this.#programs.peek(request) ?? null);
    const first = await this.#claims.eventOf(claim, request, claims, known);
    await journal.append([first]);
    // Executors may have died of reading what is recorded, which is before anybody could count.
    if (journal.claims >= LIMITS.executionLostRuns)
      return await this.#ends.abandon(request, journal, {
        lost: journal.claims,
        what: 'in a row that recorded nothing',
      });
    const version = await this.#versions.get(request, delivery, journal);
    if (version === null) return;
    const release = taken ?? (await this.#turnToRead(request, delivery));
    try {
      const events = claim === 'start' ? [first] : await journal.read();
      if (events[0]?.type !== 'started') return await this.#ends.lose(request, journal, events);
      if (cancelRequestIn(events) !== undefined) return await this.#ends.cancel(request, journal, events);
      const lost = lossOf(beforeLastClaim(events));
      if (lost !== null) return await this.#ends.abandon(request, journal, lost, events);
      const started = events.find((event) => event.type === 'started') ?? startedEvent(request, Date.parse(first.at));
      const program = await this.#versions.tested(version, started, request, journal);
      if (program === null) return;
      const failure = await reused?.takeOver(journal, events, program, isoTime(this.clock.now()));
      if (failure) return await this.#ends.fail(request, journal, failure);
      if (cancelRequestIn(events) !== undefined) return await this.#ends.cancel(request, journal, events);
      const late = claim === 'start' ? queuedTooLong(program.plan, delivery.storedAt, clock.now()) : null;
      if (late !== null) return await this.#ends.fail(request, journal, late);
      // Asking for a slot may take long, and others wait for the permit.
      if (program.plan.concurrency !== null) release();
      if (!(await this.#gate.admits({ request, journal, program, started, events, clock }))) return;
      if (claim === 'resume') this.#noteReplay(request, delivery, events.length);
      const owned = { request, journal, program, started, clock, children: openChildrenIn(events) };
      await this.#driver.drive(owned, delivery.signal, (run) => run.resume(events, release));
    } finally {
      release();
    }
  }

  /** Throws ExecutorStoppingError when the process stops first: the claim is recorded, and is to be handed over. */
  async #turnToRead({ organisation_id }: RunRequest, { signal }: DeliveryFacts): Promise<() => void> {
    try {
      return await this.#readers.enter(organisation_id, signal);
    } catch {
      throw new ExecutorStoppingError();
    }
  }

  /** Whoever suspended it may have died before it could look whether it has been given a slot meanwhile. */
  async #arm(request: RunRequest, until: string | undefined): Promise<void> {
    if (await this.#links.hasSlot(request, this.#programs)) await wakeExecution(this.bus, dueOf(request));
    await this.#timers.arm(request, until);
  }

  /** What the message requests is done, or its execution does not exist. */
  #pass(request: RunRequest, state: string): void {
    if (state === 'new')
      this.logger.warn(
        idsOf(request),
        'An execution was to be woken of which the journal has nothing; it stays as it is',
      );
  }

  #noteReplay(request: RunRequest, delivery: DeliveryFacts, events: number): void {
    metrics.replayed();
    const fields = { ...idsOf(request), delivery: delivery.deliveryCount, events };
    this.logger.info(fields, 'Resuming an execution from its journal');
  }

  /** False when it is to be claimed before it may run. */
  async #start(request: RunRequest, delivery: DeliveryFacts, journal: JournalSubject): Promise<boolean> {
    const version = this.#programs.peek(request) ?? (await this.#versions.get(request, delivery, journal));
    const program = version && (await this.#versions.tested(version, request, request, journal));
    if (program === null) return true;
    if (program.plan.concurrency !== null) return false;
    const late = queuedTooLong(program.plan, delivery.storedAt, this.clock.now());
    if (late !== null) {
      await this.#ends.fail(request, journal, late);
      return true;
    }
    const frozen = await this.reads.frozen.of(request.organisation_id, program);
    const clock = notBehind(this.clock, delivery.storedAt);
    const started = startedEvent(request, clock.now(), frozen);
    const owned = { request, journal, program, started, clock, children: [] };
    await this.#driver.drive(owned, delivery.signal, (run) => run.start(started));
    return true;
  }
}
