import { Controller, Inject, Req, Res } from '@nestjs/common';
import { executionEndpoints, GetExecutionValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

const { input, output, stepOutput } = executionEndpoints;
type ValueCall = Call<typeof input | typeof output | typeof stepOutput>;

/** Single values of an execution, as raw JSON and whatever their size: what the references in an execution point to. */
@Controller()
export class ExecutionValuesController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(input)
  input(call: Call<typeof input>, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer('input', call, request, response);
  }

  @Endpoint(output)
  output(call: Call<typeof output>, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer('output', call, request, response);
  }

  @Endpoint(stepOutput)
  stepOutput(call: Call<typeof stepOutput>, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer('step_output', call, request, response);
  }

  private async answer(
    value: 'input' | 'output' | 'step_output',
    { caller, params, requestId }: ValueCall,
    request: Request,
    response: Response,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, value };
    send(request, response, (await this.bus.request(GetExecutionValue, question, { requestId })).json);
  }
}

/** Sends the value, or the one part of it that the request's `Range` names; several parts are answered by the whole. */
function send(request: Request, response: Response, json: string): void {
  const body = Buffer.from(json, 'utf8');
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('accept-ranges', 'bytes');
  // A HEAD, for which this runs too, requests no range.
  const ranges = request.method === 'GET' ? request.range(body.length) : undefined;
  if (ranges === -1) {
    response.status(416).setHeader('content-range', `bytes */${body.length}`).end();
    return;
  }
  const [range] = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges : [];
  const part = range === undefined ? body : body.subarray(range.start, range.end + 1);
  if (range !== undefined)
    response.status(206).setHeader('content-range', `bytes ${range.start}-${range.end}/${body.length}`);
  response.setHeader('content-length', part.length);
  response.end(part);
}
