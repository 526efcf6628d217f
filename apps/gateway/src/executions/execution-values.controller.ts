import { Controller, Inject, Req, Res } from '@nestjs/common';
import { executionEndpoints, GetExecutionValue, type ByteRange } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

const { input, output, stepOutput } = executionEndpoints;
type ValueCall = Call<typeof input | typeof output | typeof stepOutput>;

/** Single values of an execution, as raw JSON and whatever their size: what the references in an execution point to. */
@Controller()
export class ExecutionValuesController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(input)
  input(call: Call<typeof input>, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.#answer('input', call, request, response);
  }

  @Endpoint(output)
  output(call: Call<typeof output>, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.#answer('output', call, request, response);
  }

  @Endpoint(stepOutput)
  stepOutput(call: Call<typeof stepOutput>, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.#answer('step_output', call, request, response);
  }

  async #answer(
    value: 'input' | 'output' | 'step_output',
    { caller, params, requestId }: ValueCall,
    request: Request,
    response: Response,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, value };
    const range = request.method === 'HEAD' ? SIZE_ALONE : rangeOf(request.headers.range);
    const asked = range === undefined ? question : { ...question, range };
    const found = await this.bus.request(GetExecutionValue, asked, { requestId });
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('accept-ranges', 'bytes');
    if (request.method === 'HEAD') sendSize(response, found);
    else if (found.part) sendPart(response, found.part);
    else if (range) sendPartOf(request, response, found.json);
    else sendBytes(response, Buffer.from(found.json, 'utf8'));
  }
}

type FoundValue = z.output<typeof GetExecutionValue.answer>;

/** With any part of a value comes how long it is. */
const SIZE_ALONE: ByteRange = { first: 0, last: 0 };

/** What `Range` names, if it is one part; several, and one that ends before it begins, get the whole (RFC 9110, 14.2). */
function rangeOf(header: string | undefined): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? undefined : { suffix: Number(last) };
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return { first: Number(first), ...(last === '' ? {} : { last: Number(last) }) };
}

function sendSize(response: Response, { json, part }: FoundValue): void {
  response.setHeader('content-length', part?.total ?? Buffer.byteLength(json)).end();
}

function sendPart(response: Response, { total, start, base64 }: NonNullable<FoundValue['part']>): void {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0) response.status(416).setHeader('content-range', `bytes */${total}`).end();
  else
    sendBytes(
      response.status(206).setHeader('content-range', `bytes ${start}-${start + bytes.length - 1}/${total}`),
      bytes,
    );
}

/** Sends the part of a value that the request names, where all of the value came: the part is most of it, or the history is of an earlier version. */
function sendPartOf(request: Request, response: Response, json: string): void {
  const body = Buffer.from(json, 'utf8');
  const ranges = request.range(body.length);
  if (ranges === -1) {
    response.status(416).setHeader('content-range', `bytes */${body.length}`).end();
    return;
  }
  const [range] = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges : [];
  if (range === undefined) return sendBytes(response, body);
  response.status(206).setHeader('content-range', `bytes ${range.start}-${range.end}/${body.length}`);
  sendBytes(response, body.subarray(range.start, range.end + 1));
}

function sendBytes(response: Response, bytes: Buffer): void {
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}
