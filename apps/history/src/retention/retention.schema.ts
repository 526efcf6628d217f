/** Name of the collection. */
export const RETENTION_POLICIES = 'retention_policies';

/**
 * What the latest version of a workflow that history has read says of its executions. It outlives the workflow, as these do. The collection is read by
 * id alone, so it needs no index.
 */
export interface RetentionPolicyDocument {
  /** The workflow id. */
  _id: string;
  org: string;
  /** The version that says it. */
  version: number;
  days: number | null;
  count: number | null;
}
