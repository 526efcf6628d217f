import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type {
  Workflow,
  WorkflowVersion,
  WorkflowVersionDiff,
  WorkflowVersionDiffQuery,
  WorkflowVersionList,
  WorkflowVersionListQuery,
  WorkflowVersionSummary,
} from '../types.js';

/** `client.workflows.versions` */
export class WorkflowVersions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of one workflow, newest first. */
  list(
    workflowId: string,
    query: WorkflowVersionListQuery = {},
    options?: CallOptions,
  ): PagePromise<WorkflowVersionSummary, WorkflowVersionList> {
    const target = path`/workflows/${workflowId}/versions`;
    const page = (starting_after: string | undefined) =>
      this.#transport.call<WorkflowVersionList>({
        list: 'versions',
        method: 'GET',
        path: target,
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ versions }) => versions);
  }

  /** One version, with its document. */
  get(workflowId: string, version: number, options?: CallOptions): APIPromise<WorkflowVersion> {
    return this.#transport.call({ has: 'version', method: 'GET', path: versionPath(workflowId, version), options });
  }

  /** The document of one version as YAML, with the comments that it was saved with. */
  getYaml(workflowId: string, version: number, options?: CallOptions): APIPromise<string> {
    return this.#transport.call({ method: 'GET', path: versionPath(workflowId, version), asYaml: true, options });
  }

  /** What makes this version of the one that `against` names; by default of the one before it. */
  diff(
    workflowId: string,
    version: number,
    query: WorkflowVersionDiffQuery = {},
    options?: CallOptions,
  ): APIPromise<WorkflowVersionDiff> {
    return this.#transport.call({
      has: 'patch',
      method: 'GET',
      path: `${versionPath(workflowId, version)}/diff`,
      query,
      options,
    });
  }

  /** Saves the document of this version as the newest version. */
  restore(workflowId: string, version: number, options: UpdateOptions = {}): APIPromise<Workflow> {
    const target = `${versionPath(workflowId, version)}/restore`;
    return this.#transport.call({ has: 'id', method: 'POST', path: target, options: withIfMatch(options) });
  }
}

function versionPath(workflowId: string, version: number): string {
  return path`/workflows/${workflowId}/versions/${String(version)}`;
}
