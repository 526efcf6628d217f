import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { GetExecutionValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { Caller, NeedsScope, RequestId, type Principal } from '../auth/principal.js';

/** Single values of an execution, as raw JSON and whatever their size: what the references in an execution point to. */
@Controller('v1/executions/:executionId')
export class ExecutionValuesController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Get('input')
  @NeedsScope('executions:read')
  async input(
    @Caller() caller: Principal,
    @Param('executionId') id: string,
    @RequestId() requestId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, execution_id: id, value: 'input' } as const;
    send(request, response, (await this.bus.request(GetExecutionValue, question, { requestId })).json);
  }

  @Get('output')
  @NeedsScope('executions:read')
  async output(
    @Caller() caller: Principal,
    @Param('executionId') id: string,
    @RequestId() requestId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, execution_id: id, value: 'output' } as const;
    send(request, response, (await this.bus.request(GetExecutionValue, question, { requestId })).json);
  }

  @Get('steps/:path/output')
  @NeedsScope('executions:read')
  async stepOutput(
    @Caller() caller: Principal,
    @Param() { executionId, path }: { executionId: string; path: string },
    @RequestId() requestId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const step = { value: 'step_output', path } as const;
    const question = { organisation_id: caller.organisationId, execution_id: executionId, ...step };
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
