import { Injectable } from '@nestjs/common';
import type { executionEndpoints, ExecutionAccepted, ExecutionResource } from '@millrace/contracts';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import type { Call } from '../http/endpoint.decorator.js';
import { markReplayed } from '../idempotency/replayed.js';
import type { StartOutcome } from './execution-starter.js';
import { WaitingStarts } from './waiting-starts.js';
import { wantedWait } from './wanted-wait.js';

/** Makes a start; `chosen` is to be called with its id before it is published, where somebody waits for it. */
type Begin = (awaited: boolean, chosen?: (executionId: string) => void) => Promise<StartOutcome>;

/** Responds to calls that start an execution: as accepted, or with what they wait for. */
@Injectable()
export class StartAnswers {
  constructor(private readonly waiting: WaitingStarts) {}

  /** Throws what `begin` throws, and FORBIDDEN for a wait that the caller may not ask for. */
  async answer(
    { caller, query }: Pick<Call<typeof executionEndpoints.execute>, 'caller' | 'query'>,
    { request, response }: { readonly request: AuthenticatedRequest & Request; readonly response: Response },
    begin: Begin,
  ): Promise<ExecutionAccepted | ExecutionResource | string> {
    const { organisationId } = caller;
    const seconds = wantedWait({ wait: query.wait, prefer: request.headers.prefer }, caller);
    const beginNow = async (chosen?: (executionId: string) => void): Promise<StartOutcome> => {
      const outcome = await begin(chosen !== undefined, chosen);
      if (outcome.repeated) markReplayed(response);
      return outcome;
    };
    if (seconds === undefined) return (await beginNow()).accepted;
    const preference = `wait=${seconds}`;
    const start = { organisationId, waitMs: seconds * 1_000, preference, begin: beginNow, request, response };
    if (query.answer === 'response') return this.waiting.answerWithResponse(start);
    return this.waiting.answerWhenEnded(start);
  }
}
