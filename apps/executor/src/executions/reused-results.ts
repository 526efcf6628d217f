import {
  AppError,
  isAside,
  ReadReused,
  type ExecutionEvent,
  type Failure,
  type Reuse,
  type RunRequest,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import { SealBrokenError } from '@millrace/service-kit/sealing';
import type { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { z } from 'zod';
import type { SecretsOfRuns } from '../secrets/run-secrets.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import type { Heeding, JournalSubject } from './journal-subject.js';
import { inParts } from './journal-writer.js';
import type { Started } from './started-event.js';

type Page = z.output<typeof ReadReused.answer>;

/** The other execution is gone. */
const GONE: Page = { events: [], has_more: false };

/** Gets what executions take over from those that they retry or replay, which history has. */
export class ReusedResults {
  constructor(
    private readonly bus: Pick<Bus, 'request'>,
    private readonly quota: Pick<StorageQuota, 'chargeRunning'>,
    private readonly secrets: Pick<SecretsOfRuns, 'of'>,
  ) {}

  /** What this execution takes over; null for one that begins with nothing. A wake-up finds it in the journal. */
  of(request: RunRequest): ReusedBeginning | null {
    const { reuse, generation } = request;
    return reuse === undefined || generation > 0 ? null : new ReusedBeginning(this.bus, this.quota, this.secrets, { ...request, reuse }); // prettier-ignore
  }
}

/**
 * The beginning of an execution that was done in another one. It is recorded in the journal before anything is run, event by event as it was: from
 * there on the execution is one like any other whose executor has died after these results.
 */
export class ReusedBeginning {
  #first: Promise<Page> | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'request'>,
    private readonly quota: Pick<StorageQuota, 'chargeRunning'>,
    private readonly secrets: Pick<SecretsOfRuns, 'of'>,
    private readonly request: RunRequest & { readonly reuse: Reuse },
  ) {}

  /** What the other execution had frozen; undefined where this one freezes its own. Throws SERVICE_UNAVAILABLE. */
  async frozen(): Promise<Pick<Started, 'seed' | 'variables' | 'env'> | undefined> {
    const page = await this.#firstPage();
    return page === GONE ? undefined : page.frozen;
  }

  /**
   * Records what `events`, all that is recorded, has not yet, and adds it to them. Returns why the execution cannot go on, or null. Throws
   * SERVICE_UNAVAILABLE, and what an append throws.
   */
  async takeOver(
    journal: JournalSubject,
    events: ExecutionEvent[],
    program: WorkflowProgram,
    now: string,
  ): Promise<Failure | null> {
    if (!events.every(isOfBeginning)) return null;
    const secrets = await this.secrets.of(this.request, program);
    if ('code' in secrets) return secrets;
    const known = new Set(events.map(keyOf));
    const { execution_id } = this.request.reuse;
    try {
      for await (const page of this.#pages()) {
        const wanted = page.filter((event) => !known.has(keyOf(event)));
        const adopted = wanted.map((event) => adoptedEvent(event, now, (one) => secrets.sealing?.adopted(one, execution_id) ?? one)); // prettier-ignore
        const refusal = await this.#record(journal, events, adopted);
        if (refusal !== null) return refusal;
      }
      return null;
    } catch (error) {
      if (error instanceof SealBrokenError) return { code: 'SECRET_UNREADABLE', message: error.message };
      if (error instanceof AppError && !error.entry.retryable) return failureOf(error);
      throw error;
    }
  }

  async #record(
    journal: JournalSubject,
    events: ExecutionEvent[],
    taken: readonly ExecutionEvent[],
  ): Promise<Failure | null> {
    const sizes = taken.map((event) => stringifyJson(event).length);
    const refusal = this.quota.chargeRunning(this.request.organisation_id, sizes.reduce((sum, size) => sum + size, 0)); // prettier-ignore
    if (refusal !== null) return failureOf(refusal);
    const heeding: Heeding = { heed: (asides) => void events.push(...asides), permitted: (all) => all };
    for (const part of taken.length === 0 ? [] : inParts(taken, sizes)) {
      await journal.append(part.events, heeding);
      events.push(...part.events);
    }
    return null;
  }

  /** Of a replay the steps may have another order than they had: then it is one page. */
  async *#pages(): AsyncGenerator<readonly ExecutionEvent[]> {
    const { steps } = this.request.reuse;
    const all: ExecutionEvent[] = [];
    let page = await this.#firstPage();
    // The execution has it now, for as long as it runs.
    this.#first = undefined;
    for (let skip = 0; ; page = await this.#page(skip)) {
      if (page === GONE) throw new AppError('REUSE_IMPOSSIBLE');
      skip += page.events.length;
      if (steps) all.push(...page.events);
      else yield page.events;
      if (!page.has_more || page.events.length === 0) break;
    }
    if (!steps) return;
    const place = new Map(steps.map((step, index) => [step, index]));
    const placeOf = (event: ExecutionEvent): number => place.get('path' in event ? (event.path ?? '') : '') ?? 0;
    yield all.sort((a, b) => placeOf(a) - placeOf(b));
  }

  #firstPage(): Promise<Page> {
    this.#first ??= this.#page(0);
    return this.#first;
  }

  async #page(skip: number): Promise<Page> {
    const { organisation_id, reuse } = this.request;
    try {
      return await this.bus.request(ReadReused, { organisation_id, reuse, skip });
    } catch (error) {
      if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return GONE;
      throw error;
    }
  }
}

function failureOf({ code, message, details }: AppError): Failure {
  return { code, message, details };
}

/** Whether an execution that has recorded this may still lack a part of what it takes over. */
function isOfBeginning(event: ExecutionEvent): boolean {
  return event.type === 'started' || event.type === 'resumed' || isAside(event) || ('reused' in event && event.reused === true); // prettier-ignore
}

/** Separates what is taken over: the beginning of a loop from its result, and one step run from another. */
function keyOf(event: ExecutionEvent): string {
  return 'path' in event ? `${event.type === 'step_started' ? 'begin' : 'end'} ${event.path}` : '';
}

/** The event as this execution records it: the time-out of a loop counts anew. */
function adoptedEvent(
  event: ExecutionEvent,
  now: string,
  seal: (event: ExecutionEvent) => ExecutionEvent,
): ExecutionEvent {
  return event.type === 'step_started' ? { ...event, at: now } : seal(event);
}
