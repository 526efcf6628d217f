import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ERRORS, triggerInfoSchema, type EndEvent, type UnknownTrigger } from '@millrace/contracts';
import { BUS, isUnreadable, WrongSequenceError, type Bus, type GivenUp } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { z } from 'zod';
import { isoTime, type Clock } from '../clock.js';
import type { JournalState } from './claim.js';
import { EndLinks } from './end-links.js';
import { CLOCK, STEP_HANDLERS } from './execution-tokens.js';
import { JournalSubject } from './journal-subject.js';
import type { SomeStepHandlers } from '../steps/registry.js';
import { metrics } from './metrics.js';
import type { Started } from './started-event.js';
import { VersionPrograms } from './version-programs.js';

/** What the beginning of an execution takes from its request, as far as that can be read. */
const outlineSchema = z.object({
  workflow_id: z.string().catch(''),
  version: z.number().int().catch(0),
  accepted_at: z.string().optional().catch(undefined),
  trigger: triggerInfoSchema.catch({ type: 'unknown' as string as UnknownTrigger['type'] }),
});

/** Ends executions whose request to run becomes a dead letter: their acceptance was confirmed to the caller. */
@Injectable()
export class GivenUpService {
  readonly #programs: VersionPrograms;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(STEP_HANDLERS) handlers: SomeStepHandlers,
    private readonly links: EndLinks,
  ) {
    this.#programs = new VersionPrograms(bus, handlers);
  }

  /** Records that the execution has failed, unless it has ended, or somebody runs it. Throws when NATS is away: then it is to be done again. */
  async end(given: GivenUp): Promise<void> {
    const [, , organisation_id = '', execution_id = ''] = given.subject.split('.');
    const fields = { executionId: execution_id, organisationId: organisation_id, sequence: given.sequence };
    this.logger.error({ ...fields, reason: given.reason }, 'An execution is ended: its request to run cannot be read');
    const journal = new JournalSubject(this.bus, { organisation_id, execution_id }, randomUUID());
    const state = await this.#open(journal);
    const at = isoTime(this.clock.now());
    const beginning = await startedOf(given, at);
    const told = { ...beginning, organisation_id, execution_id };
    // Who ended it may have died before others knew of it.
    if (journal.end !== null) return this.links.tell(told, journal.end, this.#programs);
    if (state === 'ended') return;
    const error = { code: 'INPUT_LOST', message: ERRORS.INPUT_LOST.message };
    const started = state === 'new' ? [beginning] : [];
    const end: EndEvent = { type: 'failed', at, error, linked: true };
    try {
      await journal.append([...started, end]);
    } catch (failure) {
      // Another message about it could be read, and somebody runs it.
      if (!(failure instanceof WrongSequenceError)) throw failure;
      return;
    }
    metrics.executionEnded('failed');
    await this.links.tell(told, end, this.#programs);
  }

  async #open(journal: JournalSubject): Promise<JournalState['state']> {
    try {
      return (await journal.open()).state;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await journal.openUnread();
      return 'begun';
    }
  }
}

/** The beginning of an execution, by what can be read of its request: all of it, its outline, or nothing. */
async function startedOf(given: GivenUp, at: string): Promise<Started> {
  const { accepted_at = isoTime(given.storedAt), ...known } = outlineSchema.parse((await readableOf(given)) ?? {});
  return { type: 'started', at, accepted_at, input: null, ...known };
}

async function readableOf(given: GivenUp): Promise<object | null> {
  try {
    return objectIn(await given.read()) ?? objectIn(given.inline);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return objectIn(given.inline);
  }
}

function objectIn(bytes: Uint8Array | null): object | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
