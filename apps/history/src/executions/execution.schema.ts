import type { ExecutionStatus } from '@millrace/contracts';
import mongoose from 'mongoose';

/** Names of the collections. */
export const EXECUTIONS = 'executions';
export const STEP_RUNS = 'step_runs';

/**
 * One execution. Holds what lists show and filter, and, when the whole execution came in one batch and is small, its
 * events. What users sent is only inside `events`, as JSON text: MongoDB never sees its keys.
 */
export interface ExecutionDocument {
  /** The execution id: time-ordered, so lists page by it. */
  _id: string;
  org: string;
  wf: string;
  version: number;
  status: ExecutionStatus;
  trigger_type: string;
  /** When the execution was accepted. */
  started_at: Date;
  completed_at: Date | null;
  error_code: string | null;
  error_message: string | null;
  /** The run of the step at which it failed. Absent where there is none. */
  failed_path?: string;
  /** What the caller named it, and the same as it is looked for. Absent without one. */
  label?: string;
  label_key?: string;
  /** The execution that this one retries or replays; `trigger_type` says which. Absent for others. */
  restarted_from?: string;
  /** The execution that started it, and the path of the step run that did. Absent where something else started it. */
  parent?: string;
  parent_path?: string;
  /** 1 of one that only tries something. Absent for others. */
  test?: number;
  /** How long it took, of those that took at least `LIMITS.durationFilterMs`: others cost the index nothing. Milliseconds. */
  duration_ms?: number;
  /** The last journal sequence this record's status takes into account: guards every change. */
  seq: number;
  /** The last entry in `events`; 0 when there are entries in `step_runs` that belong before it, or all are there. */
  inline_seq: number;
  /** The sequences of the entries in `events` when there are several: one of another batch may lie between them. */
  inline_seqs?: number[];
  /** Sequences of entries that had to be given up, wholly or but for what could be saved of them. Their journal is not trimmed. */
  missing?: number[];
  /** JSON text of `[{sequence, events}]`, deflated when it is bytes; see stored-text.ts. */
  events?: string | Uint8Array;
}

/** One journal entry of an execution whose events are not in its own record; large ones are in several parts. */
export interface StepRunDocument {
  /** `<execution id>:<sequence>:<part>`, so that the entries of an execution are one range of ids. */
  _id: string;
  seq: number;
  part: number;
  parts: number;
  /** The length of `text` as it is stored. */
  bytes?: number;
  /** This part of the JSON text of the entry's events. */
  text: string | Uint8Array;
}

/**
 * The `executions` collection. Its indexes serve the lists: each filter has one, so that its rarest value is found without a scan.
 * What most executions don't have costs them no entry of an index. See docs/adr/0040-indexes-of-lists.md.
 */
export const executionSchema = new mongoose.Schema<ExecutionDocument>(
  {
    _id: { type: String, required: true },
    org: { type: String, required: true },
    wf: { type: String, required: true },
    version: { type: Number, required: true },
    status: { type: String, required: true },
    trigger_type: { type: String, required: true },
    started_at: { type: Date, required: true },
    completed_at: { type: Date, default: null },
    error_code: { type: String, default: null },
    error_message: { type: String, default: null },
    failed_path: { type: String, default: undefined },
    label: { type: String, default: undefined },
    label_key: { type: String, default: undefined },
    restarted_from: { type: String, default: undefined },
    parent: { type: String, default: undefined },
    parent_path: { type: String, default: undefined },
    test: { type: Number, default: undefined },
    duration_ms: { type: Number, default: undefined },
    seq: { type: Number, required: true },
    inline_seq: { type: Number, required: true },
    inline_seqs: { type: [Number], default: undefined },
    missing: { type: [Number], default: undefined },
    events: { type: mongoose.Schema.Types.Mixed },
  },
  { versionKey: false, collection: EXECUTIONS },
)
  .index({ org: 1, _id: -1 })
  .index({ org: 1, wf: 1, _id: -1 })
  .index({ org: 1, status: 1, _id: -1 })
  .index({ org: 1, wf: 1, version: 1, _id: -1 })
  .index({ org: 1, trigger_type: 1, _id: -1 })
  .index({ org: 1, error_code: 1, _id: -1 }, { partialFilterExpression: { error_code: { $gt: '' } } })
  .index({ org: 1, parent: 1, _id: -1 }, { partialFilterExpression: { parent: { $gt: '' } } })
  .index({ org: 1, label_key: 1, _id: -1 }, { partialFilterExpression: { label_key: { $gt: '' } } })
  .index({ org: 1, test: 1, _id: -1 }, { partialFilterExpression: { test: { $gt: 0 } } })
  .index({ org: 1, duration_ms: 1, _id: -1 }, { partialFilterExpression: { duration_ms: { $gt: 0 } } });

/** The `step_runs` collection: read only by ranges of ids, so it needs no further index. */
export const stepRunSchema = new mongoose.Schema<StepRunDocument>(
  {
    _id: { type: String, required: true },
    seq: { type: Number, required: true },
    part: { type: Number, required: true },
    parts: { type: Number, required: true },
    bytes: { type: Number },
    text: { type: mongoose.Schema.Types.Mixed, required: true },
  },
  { versionKey: false, collection: STEP_RUNS },
);
