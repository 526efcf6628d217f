import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { GetExecution, type ExecutionAccepted, type ExecutionResource, type StepResponse } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { answerLater } from '../http/late-answer.js';
import type { StartOutcome } from './execution-starter.js';
import type { ExecutionWait, Wanted } from './execution-wait.js';
import { ExecutionWaits, hasEnded } from './execution-waits.js';
import { recordedOutput, recordedResponse } from './recorded-response.js';
import { prepareResponse } from './workflow-response.js';

/** The end is sent as soon as it is in the journal, of which a copy may answer that is late: then it is read again, so often at most. */
const READS = 20;
const BETWEEN_READS_MS = 50;

/** A start that is to wait: how it is made, and by whom it was asked for. */
export interface WaitingStart {
  readonly organisationId: string;
  readonly waitMs: number;
  /** The preference by which it was asked to wait, for `Preference-Applied`. */
  readonly preference?: string;
  /** No step of the workflow responds: where a response is waited for, its output is one. */
  readonly respondsWithOutput?: boolean;
  /**
   * Starts the execution, of whose call all has arrived: a place is taken before it. `chosen` is to be called with its id before it is published, and
   * again if it has got another one.
   */
  readonly begin: (chosen?: (executionId: string) => void) => Promise<StartOutcome>;
  readonly request: AuthenticatedRequest & Request;
  readonly response: Response;
}

/** Finds what is waited for, until `deadline` by `performance.now()`; null when it is not to be had. */
type Find<Found> = (wait: ExecutionWait, deadline: number) => Promise<Found | null>;

/** Starts of executions whose response is sent when these have ended, or have responded. */
@Injectable()
export class WaitingStarts {
  constructor(
    private readonly waits: ExecutionWaits,
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Starts an execution and responds with 200 and it when it has ended, or as a start that does not wait: when the time is over, there is no room to wait, the
   * gateway is stopped or the execution cannot be read. Once it is accepted nothing makes an error of it. Throws what `begin` throws.
   */
  async answerWhenEnded(start: WaitingStart): Promise<ExecutionAccepted | ExecutionResource> {
    return this.#answer(start, 'end', async (wait, deadline) => {
      const execution = await this.#read(wait, deadline);
      if (execution !== null) start.response.status(200);
      return execution;
    });
  }

  /** The same with what the workflow responds, as soon as it does, or with its output; an execution that ends without either is no longer waited for. */
  async answerWithResponse(start: WaitingStart): Promise<ExecutionAccepted | string> {
    return this.#answer(start, 'response', async (wait, deadline) => {
      const given = wait.response ?? (await this.#recorded(wait, deadline, start.respondsWithOutput));
      return given && prepareResponse(start.response, given);
    });
  }

  async #answer<Found>(start: WaitingStart, wanted: Wanted, find: Find<Found>): Promise<ExecutionAccepted | Found> {
    const wait = this.waits.open(start.organisationId, wanted);
    if (wait === null) return (await start.begin()).accepted;
    try {
      const outcome = await start.begin((executionId) => this.waits.expect(wait, executionId));
      const { accepted, repeated, response, isWithheld = false } = outcome;
      if (response !== undefined || isWithheld) return accepted;
      // A repetition may come after what it waits for.
      if (repeated) void this.waits.look([wait]);
      try {
        return (await this.#waited(wait, start, find)) ?? accepted;
      } catch (error) {
        this.logger.warn(
          { err: error, executionId: accepted.id },
          'A start that has waited gets the response of an accepted one',
        );
        return accepted;
      }
    } finally {
      this.waits.close(wait);
    }
  }

  /** What is waited for; null when it is not to be had. */
  async #waited<Found>(
    wait: ExecutionWait,
    { waitMs, preference, request, response }: WaitingStart,
    find: Find<Found>,
  ): Promise<Found | null> {
    const deadline = performance.now() + waitMs;
    const answerNow = answerLater(request, response, waitMs, () => wait.end('cut'));
    try {
      const end = await wait.until(waitMs);
      const found = end === 'finished' || end === 'responded' ? await find(wait, deadline) : null;
      if (preference !== undefined && (end === 'over' || found !== null))
        response.setHeader('Preference-Applied', preference);
      return found;
    } finally {
      answerNow();
    }
  }

  /** The execution that has ended, as was sent; null when that cannot be read, or not in time. */
  async #read(wait: ExecutionWait, deadline: number): Promise<ExecutionResource | null> {
    const { organisationId, executionId = '' } = wait;
    const question = { organisation_id: organisationId, execution_id: executionId };
    for (let reads = 1; ; reads++) {
      const execution = await this.#ask(question);
      if (execution === null || hasEnded(execution.status)) return execution;
      if (reads === READS || performance.now() + BETWEEN_READS_MS > deadline) return null;
      await sleep(BETWEEN_READS_MS);
    }
  }

  async #ask(question: { organisation_id: string; execution_id: string }): Promise<ExecutionResource | null> {
    try {
      return await this.bus.request(GetExecution, question);
    } catch (error) {
      const executionId = question.execution_id;
      this.logger.warn({ err: error, executionId }, 'An execution that a start has waited for could not be read');
      return null;
    }
  }

  async #recorded(wait: ExecutionWait, deadline: number, orOutput = false): Promise<StepResponse | null> {
    const execution = await this.#read(wait, deadline);
    if (execution === null) return null;
    const find = orOutput ? recordedOutput : recordedResponse;
    try {
      return await find(this.bus, wait.organisationId, execution);
    } catch (error) {
      const { executionId } = wait;
      this.logger.warn({ err: error, executionId }, 'The response of an execution could not be read');
      return null;
    }
  }
}
