import { Controller, Inject, Req, Res } from '@nestjs/common';
import { LIVE_EVENT_ID, liveEndpoints, ORGANISATION_EVENT_ID } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { invalidInput } from '../validation/invalid-input.js';
import { EventWatches } from './event-watches.js';
import { ExecutionFeed } from './execution-feed.js';
import { OrganisationFeed } from './organisation-feed.js';
import { Streaming } from './streaming.js';

/** Events that every organisation is told of, without anybody who wants to hear of them. */
const ALWAYS_TOLD: ReadonlySet<string> = new Set(['execution.completed', 'execution.failed', 'execution.cancelled']);

/** What happens, as it happens. */
@Controller()
export class LiveController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly streaming: Streaming,
    private readonly watches: EventWatches,
  ) {}

  @Endpoint(liveEndpoints.execution)
  async execution(
    { caller, params, requestId }: Call<typeof liveEndpoints.execution>,
    @Req() request: AuthenticatedRequest & Request,
    @Res() response: Response,
  ): Promise<void> {
    const feed = new ExecutionFeed(this.bus, {
      organisationId: caller.organisationId,
      executionId: params.execution_id,
      after: lastEventId(request, LIVE_EVENT_ID),
      requestId,
    });
    await this.streaming.answer({ endpoint: liveEndpoints.execution, request, response }, feed);
  }

  @Endpoint(liveEndpoints.organisation)
  async organisation(
    { caller, query }: Call<typeof liveEndpoints.organisation>,
    @Req() request: AuthenticatedRequest & Request,
    @Res() response: Response,
  ): Promise<void> {
    const { organisationId } = caller;
    const types = query.types === undefined ? undefined : new Set(query.types.split(','));
    const after = lastEventId(request, ORGANISATION_EVENT_ID);
    const feed = new OrganisationFeed(this.bus, {
      organisationId,
      types,
      workflowId: query.workflow_id,
      after: after === undefined ? undefined : Number(after),
    });
    const isTold = types !== undefined && [...types].every((type) => ALWAYS_TOLD.has(type));
    const untold = new AbortController();
    const unwatch = isTold ? undefined : await this.watches.begin(organisationId, () => untold.abort());
    const call = { endpoint: liveEndpoints.organisation, request, response, untold: untold.signal };
    try {
      await this.streaming.answer(call, feed);
    } finally {
      unwatch?.();
    }
  }
}

/** Throws INVALID_INPUT for what no stream has given. */
function lastEventId({ headers }: Request, form: RegExp): string | undefined {
  const id = headers['last-event-id'];
  // A browser sends an empty one when it has none.
  if (id === undefined || id === '') return undefined;
  if (typeof id === 'string' && form.test(id)) return id;
  throw invalidInput([{ path: 'Last-Event-ID', message: 'must be the id of an event of this stream' }]);
}
