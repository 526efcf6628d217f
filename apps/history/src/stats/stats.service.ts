import { Injectable } from '@nestjs/common';
import { LIMITS, type ExecutionStats } from '@millrace/contracts';
import { ExecutionSources } from '../executions/execution-sources.js';
import { endsIn, figuresOf } from './figures.js';
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
    const documents = await this.sources.fromMongo(() =>
      this.stats.ofDays(organisation_id, [workflow_id ?? organisation_id], daysOf(range)),
    );
    return {
      from: new Date(range.from).toISOString(),
      to: new Date(range.to).toISOString(),
      bucket: question.bucket,
      ...figuresOf(documents, range),
      ...(question.by_workflow === true ? await this.byWorkflow(organisation_id, range) : {}),
    };
  }

  /** The busiest workflows. Their numbers are read first and alone, since those with durations are many times as large. */
  private async byWorkflow(
    organisationId: string,
    range: StatsRange,
  ): Promise<Pick<ExecutionStats, 'workflows' | 'more'>> {
    const days = daysOf(range);
    const busiest = await this.busiest(organisationId, days, range);
    const shown = busiest.slice(0, LIMITS.statsWorkflows);
    const documents = await this.sources.fromMongo(() => this.stats.ofDays(organisationId, shown, days));
    const workflows = shown.map((workflow_id) => ({
      workflow_id,
      ...figuresOf(
        documents.filter(({ wf }) => wf === workflow_id),
        range,
      ),
    }));
    return { workflows, more: busiest.length > shown.length };
  }

  private async busiest(organisationId: string, days: readonly string[], range: StatsRange): Promise<string[]> {
    const most = LIMITS.statsWorkflowDays;
    const found = await this.sources.fromMongo(() =>
      this.stats.endsByWorkflow(organisationId, days[0] ?? '', days.at(-1) ?? '', most + 1),
    );
    if (found.length > most)
      throw invalidRange('More workflows ran in this range than can be told apart at once: choose a shorter range');
    const ends = new Map<string, number>();
    for (const document of found) {
      const count = endsIn(document, range);
      if (document.wf !== null && count > 0) ends.set(document.wf, (ends.get(document.wf) ?? 0) + count);
    }
    return [...ends].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([workflow]) => workflow);
  }
}

/** The days that a range touches. */
function daysOf({ from, to }: StatsRange): string[] {
  const days: string[] = [];
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < to; day += DAY_MS) days.push(dayOf(day));
  return days;
}
