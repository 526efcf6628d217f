import type { APIPromise } from '../api-promise.js';
import { withIfMatch, type UpdateOptions } from '../if-match.js';
import type { CallOptions } from '../options.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { PublishDraftRequest, Workflow, WorkflowDraft, WorkflowDraftRequest } from '../types.js';

/** `client.workflows.draft`: the working copy of a workflow, which nothing that is live reads. `ifMatch` is of the draft. */
export class WorkflowDrafts {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get(workflowId: string, options?: CallOptions): APIPromise<WorkflowDraft> {
    return this.#transport.call({ has: 'workflow_id', method: 'GET', path: draftPath(workflowId), options });
  }

  /** Saves it, valid or not. */
  put(workflowId: string, draft: WorkflowDraftRequest, options: UpdateOptions = {}): APIPromise<WorkflowDraft> {
    return this.#transport.call({
      has: 'workflow_id',
      method: 'PUT',
      path: draftPath(workflowId),
      body: draft,
      options: withIfMatch(options),
    });
  }

  /** The document as YAML: the text that it is written as, if it is one. */
  getYaml(workflowId: string, options?: CallOptions): APIPromise<string> {
    return this.#transport.call({ method: 'GET', path: draftPath(workflowId), asYaml: true, options });
  }

  /** Saves a document as YAML; pins, and what the draft is based on, stay. */
  putYaml(workflowId: string, yaml: string, options: UpdateOptions = {}): APIPromise<WorkflowDraft> {
    return this.#transport.call({
      has: 'workflow_id',
      method: 'PUT',
      path: draftPath(workflowId),
      yaml,
      options: withIfMatch(options),
    });
  }

  /** Throws it away, pins included. */
  delete(workflowId: string, options: UpdateOptions = {}): APIPromise<void> {
    return this.#transport.call({ method: 'DELETE', path: draftPath(workflowId), options: withIfMatch(options) });
  }

  /** Makes its document the next version of the workflow. */
  publish(workflowId: string, request: PublishDraftRequest = {}, options: UpdateOptions = {}): APIPromise<Workflow> {
    return this.#transport.call({
      has: 'id',
      method: 'POST',
      path: `${draftPath(workflowId)}/publish`,
      body: request,
      options: withIfMatch(options),
    });
  }
}

function draftPath(workflowId: string): string {
  return path`/workflows/${workflowId}/draft`;
}
