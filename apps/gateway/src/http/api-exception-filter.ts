import { Catch, NotFoundException, type ArgumentsHost } from '@nestjs/common';
import { AppError, ENDPOINTS, pathParametersOf, shortened } from '@millrace/contracts';
import { CatalogueExceptionFilter } from '@millrace/service-kit/http-errors';
import { retryAfter } from '@millrace/service-kit/rate-limits';
import type { Request, Response } from 'express';
import { failedPage, noApprovalPage, PAGE_HEADERS } from '../approvals/approval-page.js';

/** Where links of approvals lead, also those that were cut short. */
const LINK_OF_APPROVAL = /^\/v1\/approvals\/[^/]*\/links(?:\/|$)/;

/** A place is free when somebody closes a stream, at any time. */
const STREAMS_RETRY_SECONDS = '10';

/** What an address of the API looks like, and the methods that it takes. */
interface Address {
  readonly form: RegExp;
  readonly methods: Set<string>;
}

/** Adds what only the API knows to a failure: a call that no route took may have had the right address and the wrong method. */
@Catch()
export class ApiExceptionFilter extends CatalogueExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    // Handlers throw errors of the catalogue: this one is the router's.
    const error = exception instanceof NotFoundException ? (wrongMethod(request) ?? exception) : exception;
    const response = host.switchToHttp().getResponse<Response>();
    if (error instanceof AppError && error.code === 'METHOD_NOT_ALLOWED')
      response.setHeader('Allow', methodsIn(error).join(', '));
    if (error instanceof AppError && error.code === 'IDEMPOTENCY_KEY_IN_USE')
      response.setHeader('Retry-After', Number(error.details?.['retry_after'] ?? 1));
    // Of the rate limits the gateway knows its own; what else there is says how long it takes, or nothing.
    if (error instanceof AppError && error.code === 'RATE_LIMIT_EXCEEDED' && 'retry_after' in (error.details ?? {}))
      response.setHeader('Retry-After', Number(error.details?.['retry_after']));
    if (error instanceof AppError && error.code === 'IDEMPOTENCY_KEYS_EXHAUSTED')
      response.setHeader('Retry-After', retryAfter(Number(error.details?.['reset_at'])));
    if (error instanceof AppError && error.code === 'TOO_MANY_STREAMS')
      response.setHeader('Retry-After', STREAMS_RETRY_SECONDS);
    super.catch(error, host);
  }

  /** People who follow a link of an approval have no use for JSON, whatever is wrong with it. */
  protected override send(error: AppError, request: Request, response: Response): void {
    if (!LINK_OF_APPROVAL.test(request.path) || request.accepts(['json', 'html']) !== 'html')
      return super.send(error, request, response);
    const isNone = error.entry.status === 404 || error.entry.status === 405;
    response.set(PAGE_HEADERS).send(isNone ? noApprovalPage() : failedPage(error.message));
  }
}

/** The methods that METHOD_NOT_ALLOWED names, as every place that throws it gives them. */
function methodsIn({ details }: AppError): readonly string[] {
  return (details?.['allowed'] ?? []) as readonly string[];
}

/** METHOD_NOT_ALLOWED with what the address takes; undefined when the API has no such address. */
function wrongMethod({ method, path }: Request): AppError | undefined {
  const methods = ADDRESSES.find(({ form }) => form.test(path))?.methods;
  if (methods === undefined) return undefined;
  const allowed = [...methods];
  return new AppError('METHOD_NOT_ALLOWED', {
    message: `${shortened(path, 200)} does not take ${method}, but ${allowed.join(', ')}`,
    details: { allowed },
  });
}

const ADDRESSES: readonly Address[] = addresses();

function addresses(): Address[] {
  const methodsOf = new Map<string, Set<string>>();
  for (const { path, method } of ENDPOINTS) {
    const methods = methodsOf.get(path) ?? new Set();
    // Whatever can be read can be asked about.
    for (const one of method === 'GET' ? ['GET', 'HEAD'] : [method]) methods.add(one);
    methodsOf.set(path, methods);
  }
  return [...methodsOf]
    .sort(([one], [other]) => parametersIn(one) - parametersIn(other))
    .map(([path, methods]) => ({ form: formOf(path), methods }));
}

/** A name is what it says, and no id: `/v1/executions/bulk` before `/v1/executions/{execution_id}`. */
function parametersIn(path: string): number {
  return pathParametersOf(path).length;
}

function formOf(path: string): RegExp {
  const pattern = path.replaceAll('.', String.raw`\.`).replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}/?$`);
}
