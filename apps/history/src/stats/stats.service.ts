import { Injectable } from '@nestjs/common';
import { LIMITS, type ExecutionStats } from '@millrace/contracts';
import { ExecutionSources } from '../executions/execution-sources.js';
import { endsIn, Figures } from './figures.js';
import { dayOf } from './stats-keys.js';
import { invalidRange, rangeOf, type RangeQuestion, type StatsRange } from './stats-range.js';
import { StatsRepository } from './stats.repository.js';

const DAY_MS = 24 * 60 * 60_000;

/** The question for figures, as `GetExecutionStats` carries it. */
export interface StatsQuestion extends RangeQuestion {
  readonly organisation_id: string;
  readonly workflow_id?: string | undefined;
}

/** Figures about executions that have ended. Throws INVALID_INPUT and SERVICE_UNAVAILABLE. */
@Injectable()
export class StatsService {
  constructor(
    private readonly stats: StatsRepository,
    private readonly sources: ExecutionSources,
  ) {}

  async figures(question: StatsQuestion, now: number): Promise<ExecutionStats> {
    const range = rangeOf(question, now);
    const { organisation_id, workflow_id } = question;
    const scope = workflow_id ?? organisation_id;
    const figures = await this.#ofScopes(organisation_id, [scope], range);
    return {
      from: new Date(range.from).toISOString(),
      to: new Date(range.to).toISOString(),
      bucket: question.bucket,
      ...(figures.get(scope) ?? new Figures(range)).view(),
      ...(question.by_workflow === true ? await this.#byWorkflow(organisation_id, range) : {}),
    };
  }

  /** The busiest workflows. Their numbers are read first and alone, since those with durations are many times as large. */
  async #byWorkflow(organisationId: string, range: StatsRange): Promise<Pick<ExecutionStats, 'workflows' | 'more'>> {
    const busiest = await this.#busiest(organisationId, range);
    const shown = busiest.slice(0, LIMITS.statsWorkflows);
    const figures = await this.#ofScopes(organisationId, shown, range);
    const workflows = shown.map((workflow_id) => ({
      workflow_id,
      ...(figures.get(workflow_id) ?? new Figures(range)).view(),
    }));
    return { workflows, more: busiest.length > shown.length };
  }

  /** The figures of workflows or the organisation, by their ids; of those that have any. */
  async #ofScopes(organisationId: string, scopes: readonly string[], range: StatsRange): Promise<Map<string, Figures>> {
    const figures = new Map<string, Figures>();
    await this.sources.fromMongo(async () => {
      for await (const document of this.stats.ofDays(organisationId, scopes, daysOf(range))) {
        const scope = document.wf ?? organisationId;
        const own = figures.get(scope) ?? new Figures(range);
        figures.set(scope, own);
        own.add(document);
      }
    });
    return figures;
  }

  async #busiest(organisationId: string, range: StatsRange): Promise<string[]> {
    const days = daysOf(range);
    const most = LIMITS.statsWorkflowDays;
    const ends = new Map<string, number>();
    const read = await this.sources.fromMongo(async () => {
      let documents = 0;
      for await (const document of this.stats.endsByWorkflow(
        organisationId,
        days[0] ?? '',
        days.at(-1) ?? '',
        most + 1,
      )) {
        documents++;
        const count = endsIn(document, range);
        if (document.wf !== null && count > 0) ends.set(document.wf, (ends.get(document.wf) ?? 0) + count);
      }
      return documents;
    });
    if (read > most)
      throw invalidRange('More workflows ran in this range than can be told apart at once: choose a shorter range');
    return [...ends].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([workflow]) => workflow);
  }
}

/** The days that a range touches. */
function daysOf({ from, to }: StatsRange): string[] {
  const days: string[] = [];
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < to; day += DAY_MS) days.push(dayOf(day));
  return days;
}
