import { Controller, Inject, Req, Res } from '@nestjs/common';
import { liveEndpoints } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { invalidInput } from '../validation/invalid-input.js';
import { EventWatches } from './event-watches.js';
import { ExecutionFeed } from './execution-feed.js';
import { OrganisationFeed } from './organisation-feed.js';
import type { Place, PlaceIds } from './place-ids.js';
import { journalIdOf } from './journal-ids.js';
import { PlaceKeys } from './place-keys.js';
import { Streaming } from './streaming.js';

/** Events that every organisation has, without anybody who subscribes to them. */
const ALWAYS_TOLD: ReadonlySet<string> = new Set(['execution.completed', 'execution.failed', 'execution.cancelled']);

/** The ids of earlier releases: places as they are stored. */
const FORMER_ID = /^\d{1,16}(?:-\d{1,9})?$/;

/** What happens, as it happens. */
@Controller()
export class LiveController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly streaming: Streaming,
    private readonly watches: EventWatches,
    private readonly keys: PlaceKeys,
  ) {}

  @Endpoint(liveEndpoints.execution)
  async execution(
    { caller, params, requestId }: Call<typeof liveEndpoints.execution>,
    @Req() request: AuthenticatedRequest & Request,
    @Res() response: Response,
  ): Promise<void> {
    const owner = { organisationId: caller.organisationId, executionId: params.execution_id };
    const places = await this.keys.of(owner);
    const after = lastPlace(request, places);
    const feed = new ExecutionFeed(this.bus, {
      ...owner,
      after: after && journalIdOf(after),
      places,
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
    const places = await this.keys.of({ organisationId });
    const feed = new OrganisationFeed(this.bus, {
      organisationId,
      types,
      workflowId: query.workflow_id,
      after: lastPlace(request, places)?.sequence,
      places,
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

/** The place of the event that a call goes on behind. Throws INVALID_INPUT for what this stream has not given. */
function lastPlace({ headers }: Request, places: PlaceIds): Place | undefined {
  const id = headers['last-event-id'];
  // A browser sends an empty one when it has none.
  if (id === undefined || id === '') return undefined;
  const place = typeof id === 'string' ? places.placeOf(id) : null;
  if (place !== null) return place;
  const message =
    typeof id === 'string' && FORMER_ID.test(id)
      ? 'is an id as earlier releases gave them, which say how much happens to others: begin again without one'
      : 'must be the id of an event of this stream; without one it begins anew';
  throw invalidInput([{ path: 'Last-Event-ID', message }], 'The header Last-Event-ID is not valid');
}
