import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Collection } from 'mongoose';
import { CountsRepository, type CountedWorkflow, type Start } from './counts.repository.js';

/** Name of the collection. */
const TRIED_WORKFLOWS = 'tried_workflows';

/** Workflows that are read together. */
const PAGE = 500;

/** The start of an execution of which there is a record. */
export interface RecordedStart extends Start {
  /** What only tries something is in no figures. */
  readonly isTest: boolean;
}

/** In the place of the workflow's id in records of executions of which nothing is left that says it. */
export const UNKNOWN_WORKFLOW = '';

/** A workflow that has had test executions, which no count knows of. Read by id alone, so the collection needs no index. */
interface TriedWorkflowDocument {
  /** The workflow id; of an organisation with executions of an unknown workflow its own id. */
  _id: string;
  org: string;
}

/** All workflows of which there may be records, also those that were only ever tried. Every method throws what the driver throws when the server is away. */
@Injectable()
export class RecordedWorkflowsRepository {
  readonly #tried: Collection<TriedWorkflowDocument>;

  constructor(
    { connection }: Database,
    private readonly counts: CountsRepository,
  ) {
    this.#tried = connection.collection(TRIED_WORKFLOWS);
  }

  /** Counts starts, and notes the workflows of those that are not counted; starts that were noted before change nothing. */
  async noteStarts(starts: readonly RecordedStart[], now: Date): Promise<void> {
    await Promise.all([
      this.counts.add(
        starts.filter(({ isTest }) => !isTest),
        now,
      ),
      this.#noteTried(starts.filter(({ isTest }) => isTest)),
    ]);
  }

  /** Notes that the organisation has an execution of an unknown workflow. */
  async noteUnknown(organisationId: string): Promise<void> {
    await this.#noteTried([{ workflowId: organisationId, organisationId }]);
  }

  /** Every workflow, each once, and for each organisation an unknown one; one that is counted for the first time meanwhile may be left out. */
  async *all(): AsyncGenerator<CountedWorkflow> {
    const organisations = new Set<string>();
    for await (const workflow of this.#known()) {
      organisations.add(workflow.organisationId);
      if (workflow.workflowId !== workflow.organisationId) yield workflow;
    }
    for (const organisationId of organisations) yield { organisationId, workflowId: UNKNOWN_WORKFLOW };
  }

  async *#known(): AsyncGenerator<CountedWorkflow> {
    yield* this.counts.workflows();
    for (let last = ''; ;) {
      const options = { sort: { _id: 1 }, hint: { _id: 1 }, limit: PAGE } as const;
      const page = await this.#tried.find({ _id: { $gt: last } }, options).toArray();
      const counted = await this.counts.counted(page.map(({ _id }) => _id));
      for (const { _id: workflowId, org: organisationId } of page)
        if (!counted.has(workflowId)) yield { organisationId, workflowId };
      if (page.length < PAGE) return;
      last = page.at(-1)?._id ?? '';
    }
  }

  async #noteTried(starts: readonly Pick<RecordedStart, 'workflowId' | 'organisationId'>[]): Promise<void> {
    if (starts.length === 0) return;
    const organisations = new Map(starts.map(({ workflowId, organisationId }) => [workflowId, organisationId]));
    await this.#tried.bulkWrite(
      [...organisations].map(([_id, org]) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: { org } }, upsert: true },
      })),
      { ordered: false },
    );
  }
}
