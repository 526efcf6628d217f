import { ERRORS, type ExecutionEvent, type Failure, type RunRequest } from '@millrace/contracts';
import type { Logger } from '@millrace/service-kit/logging';
import { isoTime, type Clock } from '../clock.js';
import { reachesOutside, type SomeStepHandlers } from '../steps/registry.js';
import { isAwaited } from './child-executions.js';
import { openChildrenIn, withLinks } from '@millrace/service-kit/child-ledger';
import { idsOf } from './ids-of.js';
import type { JournalSubject } from './journal-subject.js';
import { abandonment, type Loss } from './lost-runs.js';
import { metrics } from './metrics.js';
import { cancelledEvent, cancelRequestIn, effectsBegun } from './run-cancel.js';
import { startedEvent } from './started-event.js';

/** Ends executions of which nothing is run any more. */
export class RunEnds {
  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly handlers: SomeStepHandlers,
  ) {}

  /** Executors have died of it again and again: it must not take the next one down. */
  async abandon(
    request: RunRequest,
    journal: JournalSubject,
    loss: Loss,
    events: readonly ExecutionEvent[] = [],
  ): Promise<void> {
    this.logger.error(
      { ...idsOf(request), lost: loss.lost },
      'Giving an execution up: its executors died, one after the other',
    );
    await this.fail(request, journal, abandonment(loss), openChildrenIn(events));
  }

  /** Its run was lost, or it is taken over, with a request to cancel it: nothing of it is begun again. */
  async cancel(request: RunRequest, journal: JournalSubject, events: readonly ExecutionEvent[]): Promise<void> {
    const asked = cancelRequestIn(events);
    if (asked === undefined) return;
    const begun = effectsBegun(events, (type) => reachesOutside(this.handlers, type));
    const end = cancelledEvent(asked, isoTime(this.clock.now()), begun);
    await journal.append([withLinks(end, { linked: isAwaited(request), children: openChildrenIn(events) })]);
    metrics.executionEnded('cancelled');
  }

  /** Nothing of it is run: others run already. */
  async skip(
    request: RunRequest,
    journal: JournalSubject,
    reason: string,
    events: readonly ExecutionEvent[],
  ): Promise<void> {
    const end: ExecutionEvent = { type: 'cancelled', at: isoTime(this.clock.now()), reason };
    await journal.append([withLinks(end, { linked: isAwaited(request), children: openChildrenIn(events) })]);
    metrics.executionEnded('cancelled');
  }

  /** Neither its journal nor the database has all that it is to go on from: doing it again could do things twice. */
  async lose(request: RunRequest, journal: JournalSubject, events: readonly ExecutionEvent[] = []): Promise<void> {
    this.logger.error(idsOf(request), 'Giving an execution up: a part of what it did is lost');
    const error = { code: 'EXECUTION_LOST', message: ERRORS.EXECUTION_LOST.message };
    await this.fail(request, journal, error, openChildrenIn(events));
  }

  /** It cannot be run, or not on. `children` have nobody any more who waits for them. */
  async fail(
    request: RunRequest,
    journal: JournalSubject,
    error: Failure,
    children: readonly string[] = [],
  ): Promise<void> {
    const now = this.clock.now();
    const started = journal.isEmpty ? [startedEvent(request, now)] : [];
    // What its workflow names for failures may not be known here.
    const end = withLinks({ type: 'failed', at: isoTime(now), error }, { linked: true, children });
    await journal.append([...started, end]);
    metrics.executionEnded('failed');
  }
}
