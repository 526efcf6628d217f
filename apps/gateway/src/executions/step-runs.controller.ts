import { Controller, Inject } from '@nestjs/common';
import {
  GetLoopSummary,
  GetStepRun,
  ListStepRuns,
  ReadJournal,
  stepRunEndpoints,
  stepStatusSchema,
  type JournalPage,
  type LoopSummary,
  type StepRunDetail,
  type StepRunList,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { journalIdOf, toldId } from '../live/journal-ids.js';
import type { PlaceIds } from '../live/place-ids.js';
import { PlaceKeys } from '../live/place-keys.js';
import { invalidInput } from '../validation/invalid-input.js';
import { statusesOf } from './statuses.js';

/** What happened inside of an execution; `history` reads it. */
@Controller()
export class StepRunsController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly keys: PlaceKeys,
  ) {}

  @Endpoint(stepRunEndpoints.list)
  list({ caller, params, query, requestId }: Call<typeof stepRunEndpoints.list>): Promise<StepRunList> {
    const { status, ...page } = query;
    if (page.from_index !== undefined && page.parent === undefined)
      throw invalidInput(
        [{ path: 'from_index', message: 'from_index needs parent: iterations are numbered by loop' }],
        'The query parameters are not valid',
      );
    const statuses = statusesOf(stepStatusSchema, status);
    const question = { organisation_id: caller.organisationId, ...params, ...page, statuses };
    return this.bus.request(ListStepRuns, question, { requestId });
  }

  @Endpoint(stepRunEndpoints.get)
  get({ caller, params, requestId }: Call<typeof stepRunEndpoints.get>): Promise<StepRunDetail> {
    return this.bus.request(GetStepRun, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(stepRunEndpoints.loop)
  loop({ caller, params, requestId }: Call<typeof stepRunEndpoints.loop>): Promise<LoopSummary> {
    return this.bus.request(GetLoopSummary, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(stepRunEndpoints.journal)
  async journal({ caller, params, query, requestId }: Call<typeof stepRunEndpoints.journal>): Promise<JournalPage> {
    const { organisationId: organisation_id } = caller;
    const places = await this.keys.of({ organisationId: organisation_id, executionId: params.execution_id });
    const { starting_after, ...page } = query;
    const after = starting_after === undefined ? {} : { starting_after: journalIdBehind(places, starting_after) };
    const answer = await this.bus.request(
      ReadJournal,
      { organisation_id, ...params, ...page, ...after },
      { requestId },
    );
    return {
      ...answer,
      events: answer.events.map((event) => ({ ...event, id: toldId(places, event.id) })),
      next_cursor: answer.next_cursor === null ? null : toldId(places, answer.next_cursor),
    };
  }
}

/** Throws INVALID_INPUT for what no page of this execution has given. */
function journalIdBehind(places: PlaceIds, cursor: string): string {
  const place = places.placeOf(cursor);
  if (place !== null) return journalIdOf(place);
  throw invalidInput(
    [{ path: 'starting_after', message: 'starting_after must be the next_cursor of the page before' }],
    'The query parameters are not valid',
  );
}
