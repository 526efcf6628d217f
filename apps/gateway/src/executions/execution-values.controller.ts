import { Controller, Inject, Req, Res } from '@nestjs/common';
import { executionEndpoints, GetExecutionValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** Single values of an execution, as raw JSON and whatever their size: what the references in an execution point to. */
@Controller()
export class ExecutionValuesController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(executionEndpoints.input)
  async input(
    { caller, params, requestId }: Call<typeof executionEndpoints.input>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, value: 'input' } as const;
    send(request, response, (await this.bus.request(GetExecutionValue, question, { requestId })).json);
  }

  @Endpoint(executionEndpoints.output)
  async output(
    { caller, params, requestId }: Call<typeof executionEndpoints.output>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, value: 'output' } as const;
    send(request, response, (await this.bus.request(GetExecutionValue, question, { requestId })).json);
  }

  @Endpoint(executionEndpoints.stepOutput)
  async stepOutput(
    { caller, params, requestId }: Call<typeof executionEndpoints.stepOutput>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, value: 'step_output' } as const;
    send(request, response, (await this.bus.request(GetExecutionValue, question, { requestId })).json);
  }
}

/** Sends the value, or the one part of it that the request's `Range` names; several parts are answered by the whole. */
function send(request: Request, response: Response, json: string): void {
  const body = Buffer.from(json, 'utf8');
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('accept-ranges', 'bytes');
  const ranges = request.range(body.length);
  if (ranges === -1) {
    response.status(416).setHeader('content-range', `bytes */${body.length}`).end();
    return;
  }
  const [range] = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges : [];
  if (!range) {
    response.end(body);
    return;
  }
  response.status(206).setHeader('content-range', `bytes ${range.start}-${range.end}/${body.length}`);
  response.end(body.subarray(range.start, range.end + 1));
}
