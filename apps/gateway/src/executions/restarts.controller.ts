import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  AppError,
  PlanRestart,
  runControlEndpoints,
  type ExecutionAccepted,
  type ExecutionResource,
  type ReplayPlan,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { StartAnswers } from './start-answers.js';
import { ExecutionStarter, type AskedRestart } from './execution-starter.js';

type Retry = Call<typeof runControlEndpoints.retry>;
type Replay = Call<typeof runControlEndpoints.replay>;

/** Executions that go on from others, or do them again; `history` knows what they begin with. */
@Controller()
export class RestartsController {
  constructor(
    private readonly starter: ExecutionStarter,
    private readonly answers: StartAnswers,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Endpoint(runControlEndpoints.retry)
  retry(
    call: Retry,
    @Req() request: AuthenticatedRequest & Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecutionAccepted | ExecutionResource | string> {
    return this.#restart(call, { kind: 'retry' }, { request, response });
  }

  @Endpoint(runControlEndpoints.replay)
  replay(
    call: Replay,
    @Req() request: AuthenticatedRequest & Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecutionAccepted | ExecutionResource | string> {
    const { body } = call;
    const asked = {
      kind: 'replay' as const,
      fromStep: body.from_step,
      version: body.version === 'latest' ? undefined : body.version,
      takeInput: 'input' in body ? () => takenInput(body) : undefined,
    };
    return this.#restart(call, asked, { request, response });
  }

  @Endpoint(runControlEndpoints.replayPlan)
  async replayPlan({
    caller,
    params,
    query,
    requestId,
  }: Call<typeof runControlEndpoints.replayPlan>): Promise<ReplayPlan> {
    const { from_step, version } = query;
    const question = {
      ...{ organisation_id: caller.organisationId, execution_id: params.execution_id, from_step },
      kind: 'replay' as const,
      version: version === undefined || version === 'latest' ? undefined : Number(version),
    };
    const { plan } = await this.bus.request(PlanRestart, question, { requestId });
    if (plan === undefined) throw new AppError('SERVICE_UNAVAILABLE');
    return plan;
  }

  #restart(
    call: Retry | Replay,
    what: Pick<AskedRestart, 'kind' | 'fromStep' | 'version' | 'takeInput'>,
    exchange: { readonly request: AuthenticatedRequest & Request; readonly response: Response },
  ): Promise<ExecutionAccepted | ExecutionResource | string> {
    const asked = { organisationId: call.caller.organisationId, executionId: call.params.execution_id, ...what };
    return this.answers.answer(call, exchange, (awaited, chosen) =>
      this.starter.restart({ ...asked, asking: call.asking, awaited }, call.idempotencyKey, chosen),
    );
  }
}

/** The input of a call, which is not kept: Nest holds what a handler was called with until it has returned. */
function takenInput(body: { input?: unknown }): unknown {
  const { input } = body;
  delete body.input;
  return input;
}
