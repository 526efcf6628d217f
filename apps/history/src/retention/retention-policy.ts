import { settingsSchema } from '@millrace/schema';
import { parseJson } from '@millrace/expression/exact';

/** How long the finished executions of a workflow are kept; null where its document does not say. */
export interface RetentionPolicy {
  /** Days after they have ended. */
  readonly days: number | null;
  /** So many of the newest ones, whatever their age allows. */
  readonly count: number | null;
}

/** What a workflow is kept by that says nothing about it. */
export const NO_POLICY: RetentionPolicy = { days: null, count: null };

/** What a workflow document says. What is not right in it says nothing. */
export function policyIn(document: string): RetentionPolicy {
  const { settings } = parseJson(document) as { settings?: unknown };
  if (typeof settings !== 'object' || settings === null) return NO_POLICY;
  const { retention_days, retention_count } = settings as Record<string, unknown>;
  const { shape } = settingsSchema;
  return {
    days: shape.retention_days.safeParse(retention_days).data ?? null,
    count: shape.retention_count.safeParse(retention_count).data ?? null,
  };
}
