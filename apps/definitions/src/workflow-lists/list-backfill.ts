import { Injectable } from '@nestjs/common';
import { parseDocument } from '../workflows/stored-document.js';
import { VersionStore } from '../workflows/version-store.js';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { listFields } from './list-fields.js';
import { WorkflowListsRepository } from './workflow-lists.repository.js';

/** Workflows that are looked at together. */
const PAGE = 200;

/**
 * Gives workflows what lists need and their writers did not know of: those of earlier releases, and those that one of them has changed
 * during an upgrade. Any number of replicas may do it at once.
 */
@Injectable()
export class ListBackfill {
  constructor(
    private readonly workflows: WorkflowsRepository,
    private readonly lists: WorkflowListsRepository,
    private readonly versions: VersionStore,
  ) {}

  /** Looks at all workflows, page by page; returns how many were completed. Throws SERVICE_UNAVAILABLE. */
  async run(stopping: AbortSignal): Promise<number> {
    let count = 0;
    for (let after = ''; ;) {
      const page = await this.workflows.walk(after, PAGE);
      for (const workflow of page) {
        if (stopping.aborted) return count;
        if (workflow.listed_version !== workflow.version && (await this.#complete(workflow))) count++;
        after = workflow._id;
      }
      if (page.length < PAGE) return count;
    }
  }

  async #complete({ _id, organisation_id, version, name }: WorkflowRecord): Promise<boolean> {
    const stored = await this.versions.find(organisation_id, _id, version);
    // Of a deleted one it may be gone: then it cannot be restored, and is in no list.
    if (stored === null) return false;
    const fields = listFields({ ...parseDocument(stored.document), name }, version);
    await this.lists.setFields(organisation_id, _id, fields);
    return true;
  }
}
