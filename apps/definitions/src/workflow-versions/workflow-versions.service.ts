import { Inject, Injectable } from '@nestjs/common';
import {
  LIMITS,
  type WorkflowResource,
  type WorkflowVersion,
  type WorkflowVersionDiff,
  type WorkflowVersionList,
  type WorkflowVersionSummary,
} from '@millrace/contracts';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { DocumentChecks } from '../workflows/document-checks.js';
import { NextVersion } from '../workflows/next-version.js';
import { parseDocument } from '../workflows/stored-document.js';
import { WorkflowReader } from '../workflows/workflow-reader.js';
import { WorkflowVersionsRepository, type ListedVersion } from '../workflows/workflow-versions.repository.js';
import { WorkflowWriter, type ChangeTarget } from '../workflows/workflow-writer.js';
import type { WorkflowVersionRecord } from '../workflows/workflow-version.schema.js';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';
import { versionNotFound, versionPruned } from '../workflows/workflows.errors.js';
import { documentPatch } from './document-patch.js';
import { stepChanges } from './step-changes.js';

/** The versions of workflows. Every method throws WORKFLOW_NOT_FOUND, and for a version VERSION_NOT_FOUND or VERSION_PRUNED. */
@Injectable()
export class WorkflowVersionsService {
  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly versions: WorkflowVersionsRepository,
    private readonly checks: DocumentChecks,
    private readonly reader: WorkflowReader,
    private readonly writer: WorkflowWriter,
    private readonly next: NextVersion,
  ) {}

  /** A page of the versions with numbers below `before`, newest first. */
  async list(
    organisationId: string,
    workflowId: string,
    page: { limit: number; before?: number | undefined },
  ): Promise<WorkflowVersionList> {
    const workflow = await this.reader.foundWithDeleted(organisationId, workflowId);
    const limit = Math.min(page.limit, LIMITS.pageSize);
    // A version above the current one is that of a writer who has not finished, or died.
    const before = Math.min(page.before ?? Infinity, workflow.version + 1);
    // One more than asked for says whether there is a next page.
    const found = await this.versions.list(organisationId, workflowId, before, limit + 1);
    const versions = found.slice(0, limit).map(summaryOf);
    const hasMore = found.length > limit;
    const last = versions.at(-1);
    const next_cursor = hasMore && last ? String(last.version) : null;
    return { versions, next_cursor, has_more: hasMore, ...deletionOf(workflow) };
  }

  async get(organisationId: string, workflowId: string, version: number): Promise<WorkflowVersion> {
    const workflow = await this.reader.foundWithDeleted(organisationId, workflowId);
    const record = await this.found(workflow, version);
    const document = parseDocument(record.document);
    return { ...summaryOf(record), ...deletionOf(workflow), document, source: record.source ?? null };
  }

  /** What makes `version` of `against`. Throws SERVICE_UNAVAILABLE when too many documents of the organisation wait. */
  async diff(
    organisationId: string,
    workflowId: string,
    { version, against = Math.max(1, version - 1) }: { version: number; against?: number | undefined },
  ): Promise<WorkflowVersionDiff> {
    const workflow = await this.reader.foundWithDeleted(organisationId, workflowId);
    const latter = await this.found(workflow, version);
    const former = against === version ? latter : await this.found(workflow, against);
    return this.checks.inTurn(organisationId, () => {
      const documents = [parseDocument(former.document), parseDocument(latter.document)] as const;
      return { version, against, patch: documentPatch(...documents), steps: stepChanges(...documents) };
    });
  }

  /**
   * Makes the document of `version` the newest version, with the status that the workflow has. Throws VERSION_CONFLICT, INVALID_INPUT when the
   * rules of today refuse the document, QUOTA_EXCEEDED.
   */
  async restore(target: ChangeTarget, version: number, tokenId: string | undefined): Promise<WorkflowResource> {
    const written = await this.writer.change(target, async (workflow) => {
      const record = await this.found(workflow, version);
      const current = version === workflow.version ? record : await this.reader.currentVersion(workflow);
      return this.next.write(workflow, current, {
        document: parseDocument(record.document),
        status: workflow.status,
        source: record.source ?? undefined,
        tokenId,
        note: `Version ${version} restored`,
      });
    });
    return this.reader.resource(written);
  }

  /** A version that the workflow has. */
  async found(workflow: WorkflowRecord, version: number): Promise<WorkflowVersionRecord> {
    const { organisation_id, _id: workflowId, version: current } = workflow;
    if (version > current) throw versionNotFound(workflowId, version);
    const record = await this.versions.find(organisation_id, workflowId, version);
    if (record) return record;
    // Numbers have no gaps: what is not there was.
    throw versionPruned(workflowId, version, {
      kept: this.config.MILLRACE_VERSIONS_PER_WORKFLOW,
      keptDays: this.config.MILLRACE_VERSION_KEEP_DAYS,
    });
  }
}

function deletionOf({ deleted_at }: WorkflowRecord): { workflow_deleted_at?: string } {
  return deleted_at === null ? {} : { workflow_deleted_at: deleted_at.toISOString() };
}

function summaryOf({ version, created_at, created_by, note }: ListedVersion): WorkflowVersionSummary {
  return { version, created_at: created_at.toISOString(), created_by: created_by ?? null, note: note ?? null };
}
