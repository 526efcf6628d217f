import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, type ListedWorkflows, type WorkflowOrder } from '@millrace/contracts';
import type { WorkflowStatus } from '@millrace/schema';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { restorableSince, restorableUntil } from '../workflows/restorable.js';
import { WorkflowListsRepository, type ListedWorkflow } from './workflow-lists.repository.js';

/** The question for a page, as `ListWorkflows` carries it. */
export interface WorkflowListQuestion {
  readonly organisation_id: string;
  readonly page: number;
  readonly per_page: number;
  readonly status?: WorkflowStatus | undefined;
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  readonly trigger_type?: string | undefined;
  readonly deleted?: boolean | undefined;
  readonly sort?: WorkflowOrder | undefined;
}

/** Lists of workflows. Throws SERVICE_UNAVAILABLE. */
@Injectable()
export class WorkflowListsService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_VERSION_KEEP_DAYS'>,
    private readonly lists: WorkflowListsRepository,
  ) {}

  async page({ organisation_id, page, per_page, ...wanted }: WorkflowListQuestion): Promise<ListedWorkflows> {
    const perPage = Math.min(per_page, LIMITS.pageSize);
    const { MILLRACE_VERSION_KEEP_DAYS: days } = this.config;
    const { deleted = false, sort = deleted ? 'deleted_at' : 'created_at', ...filter } = wanted;
    const deletedSince = deleted ? restorableSince(days, Date.now()) : undefined;
    const { records, total } = await this.lists.page(
      organisation_id,
      { ...filter, sort, deletedSince },
      { page, perPage },
    );
    return { workflows: records.map((record) => entryOf(record, days)), total, page, per_page: perPage };
  }
}

/** An entry of the list, without what other services know of it. */
function entryOf(workflow: ListedWorkflow, keepDays: number): ListedWorkflows['workflows'][number] {
  const { deleted_at, tags = [], trigger_types = [] } = workflow;
  return {
    id: workflow._id,
    name: workflow.name,
    description: workflow.description,
    status: workflow.status,
    version: workflow.version,
    tags,
    triggers: trigger_types.map((type) => ({ type })),
    created_at: workflow.created_at.toISOString(),
    updated_at: workflow.updated_at.toISOString(),
    execution_count: 0,
    ...(deleted_at === null
      ? {}
      : {
          deleted_at: deleted_at.toISOString(),
          restorable_until: restorableUntil(deleted_at, keepDays).toISOString(),
        }),
  };
}
