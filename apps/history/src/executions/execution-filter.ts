import { firstIdAt, type ExecutionStatus } from '@millrace/contracts';

/** Which executions a question is about; all of it must hold. */
export interface FilterQuestion {
  readonly organisation_id: string;
  readonly workflow_id?: string | undefined;
  readonly status?: ExecutionStatus | undefined;
  readonly statuses?: readonly ExecutionStatus[] | undefined;
  readonly version?: number | undefined;
  readonly trigger_type?: string | undefined;
  readonly parent_execution_id?: string | undefined;
  readonly test?: 'true' | 'false' | undefined;
  readonly error_code?: string | undefined;
  readonly label?: string | undefined;
  /** The beginning of an id or of a label. */
  readonly q?: string | undefined;
  readonly min_ms?: number | undefined;
  /** ISO times, of which `to` is the first that does not count. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The same in the database's words. Ids are time-ordered, so times are bounds of ids. */
export interface ExecutionFilter {
  readonly matching: Readonly<Record<string, unknown>>;
  /** The least id that counts; null for all. */
  readonly after: string | null;
  /** What all ids are less than; null for any. */
  readonly before: string | null;
}

const ID_BEGINNING = /^exec_/i;
/** Greater than any character that may follow. */
const LAST_CHARACTER = '\u{10ffff}';

/** A label as it is stored to be found: in whatever case and composition of its characters it is written. */
export function labelKeyOf(label: string): string {
  return label.normalize('NFC').toLowerCase();
}

export function filterOf(question: FilterQuestion): ExecutionFilter {
  const { organisation_id: org, workflow_id: wf, version, trigger_type, error_code, label, q, min_ms } = question;
  const byId = q !== undefined && ID_BEGINNING.test(q) ? q.toLowerCase() : null;
  const matching = {
    org,
    wf,
    status: statusOf(question),
    version,
    trigger_type,
    parent: question.parent_execution_id,
    test: question.test === undefined ? undefined : question.test === 'true' ? 1 : { $exists: false },
    error_code,
    label_key: label === undefined ? undefined : labelKeyOf(label),
    duration_ms: min_ms === undefined ? undefined : { $gte: min_ms },
    ...(q === undefined || byId !== null ? {} : { $and: [{ label_key: beginningWith(labelKeyOf(q)) }] }),
  };
  const { from, to } = question;
  return {
    matching: Object.fromEntries(Object.entries(matching).filter(([, value]) => value !== undefined)),
    after: greater(from === undefined ? null : firstIdAt('execution', Date.parse(from)), byId),
    before: less(
      to === undefined ? null : firstIdAt('execution', Date.parse(to)),
      byId === null ? null : byId + LAST_CHARACTER,
    ),
  };
}

/** The greater of two ids, of which null is the least. */
export function greater(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** The smaller of two ids, of which null is the greatest. */
export function less(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a;
}

function statusOf({ status, statuses }: FilterQuestion): unknown {
  return statuses === undefined ? status : { $in: [...statuses] };
}

function beginningWith(text: string): { $gte: string; $lt: string } {
  return { $gte: text, $lt: text + LAST_CHARACTER };
}
