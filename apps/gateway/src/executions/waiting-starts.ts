import { Inject, Injectable } from '@nestjs/common';
import { GetExecution, type ExecutionAccepted, type ExecutionResource } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { answerLater } from '../http/late-answer.js';
import type { StartOutcome } from './execution-starter.js';
import type { ExecutionWait } from './execution-wait.js';
import { ExecutionWaits, hasEnded } from './execution-waits.js';

/** A start that is to wait: how it is made, and by whom it was asked for. */
export interface WaitingStart {
  readonly organisationId: string;
  readonly seconds: number;
  /** Starts the execution; `chosen` is to be called with its id before it is published. */
  readonly begin: (chosen?: (executionId: string) => void) => Promise<StartOutcome>;
  readonly request: AuthenticatedRequest & Request;
  readonly response: Response;
}

/** Starts of executions that are answered when these have ended. */
@Injectable()
export class WaitingStarts {
  constructor(
    private readonly waits: ExecutionWaits,
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Starts an execution and answers 200 with it when it has ended, or as a start that does not wait: when the time is over, there is no room to wait, the gateway is stopped or the
   * execution cannot be read. Once it is accepted nothing makes an error of it. Throws what `begin` throws.
   */
  async answer(start: WaitingStart): Promise<ExecutionAccepted | ExecutionResource> {
    const wait = this.waits.open(start.organisationId);
    if (wait === null) return (await start.begin()).accepted;
    try {
      const { accepted, repeated } = await start.begin((executionId) => this.waits.expect(wait, executionId));
      // A repetition may come after the end.
      if (repeated) void this.waits.look([wait]);
      return (await this.#waited(wait, start)) ?? accepted;
    } finally {
      this.waits.close(wait);
    }
  }

  /** The ended execution; null when it is not to be had. */
  async #waited(wait: ExecutionWait, { seconds, request, response }: WaitingStart): Promise<ExecutionResource | null> {
    const answerNow = answerLater(request, response, seconds * 1_000, () => wait.end('cut'));
    const end = await wait.until(seconds * 1_000);
    const execution = end === 'finished' ? await this.#read(wait) : null;
    answerNow();
    if (end === 'over' || execution) response.setHeader('Preference-Applied', `wait=${seconds}`);
    if (execution) response.status(200);
    return execution;
  }

  async #read({ organisationId, executionId = '' }: ExecutionWait): Promise<ExecutionResource | null> {
    const question = { organisation_id: organisationId, execution_id: executionId };
    try {
      const execution = await this.bus.request(GetExecution, question);
      return hasEnded(execution.status) ? execution : null;
    } catch (error) {
      this.logger.warn({ err: error, executionId }, 'An execution that a start has waited for could not be read');
      return null;
    }
  }
}
