import { validateHeaderName, validateHeaderValue } from 'node:http';
import { MIMEType } from 'node:util';
import type { StepResponse } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { isUnsentHeader } from '@millrace/schema';
import type { Response } from 'express';

/** A page of a workflow may run its scripts and send its forms, as a page of nobody: never with the rights of what else is at this address. */
const SANDBOX = 'sandbox allow-scripts allow-forms';

/**
 * Prepares the answer that a workflow gives to its caller; returns its body, to be sent as it is. A header that HTTP cannot carry is left out: a secret
 * that is masked makes one of what the workflow has set. Throws before it has changed anything.
 */
export function prepareResponse(response: Response, { status, headers, body }: StepResponse): string {
  const text = body === undefined || typeof body === 'string' ? (body ?? '') : stringifyJson(body);
  response.status(status);
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const sent = lower === 'content-type' ? mediaTypeIn(value) : value;
    if (!isUnsentHeader(lower) && isHeader(lower, sent)) response.setHeader(lower, sent);
  }
  response.setHeader('Content-Security-Policy', SANDBOX);
  if (body !== undefined && !response.hasHeader('content-type'))
    response.setHeader('content-type', typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json');
  return text;
}

/** With the parameters that are well formed, as Express fails over others; undefined when it is none. */
function mediaTypeIn(value: string): string | undefined {
  try {
    return new MIMEType(value).toString();
  } catch {
    return undefined;
  }
}

function isHeader(name: string, value: string | undefined): value is string {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value as string);
    return true;
  } catch {
    return false;
  }
}
