import mongoose from 'mongoose';
import type { SequenceBits } from '../counts/sequence-set.js';

/** Names of the collections. */
export const EXECUTION_STATS = 'execution_stats';
export const COUNTED_ENDS = 'counted_ends';

/** Numbers by a key; see stats-keys.ts. */
export type Numbers = Readonly<Record<string, number>>;

/** The executions of a workflow, or of an organisation, that were accepted on one day and have ended. */
export interface StatsDocument {
  /** `<workflow id>:<day>`, or `<organisation id>:<day>`. */
  _id: string;
  org: string;
  /** Null for the figures of the organisation. */
  wf: string | null;
  /** Of UTC, as 2026-11-25. */
  day: string;
  /** The announcement up to which all are counted here: what is done again adds nothing. */
  upto: number;
  /** How many ended, by hour and status. */
  ends: Numbers;
  /** The same, by bin of their duration too. */
  durations: Numbers;
}

/** Which ends of a block of a journal stream are counted, as a set of journal sequences. */
export interface CountedEndsDocument {
  /** `<stream>:<block>:<day>` */
  _id: string;
  bits: SequenceBits;
  /** The announcement up to which all are in the set. */
  upto: number;
  /** When something was added last: decides when it may be forgotten. */
  touched: Date;
}

const { Mixed } = mongoose.Schema.Types;

/** The `execution_stats` collection. */
export const statsSchema = new mongoose.Schema<StatsDocument>(
  {
    _id: { type: String, required: true },
    org: { type: String, required: true },
    wf: { type: String, default: null },
    day: { type: String, required: true },
    upto: { type: Number, required: true },
    ends: { type: Mixed, required: true },
    durations: { type: Mixed, required: true },
  },
  { versionKey: false, collection: EXECUTION_STATS },
)
  .index({ org: 1, day: 1 })
  .index({ day: 1 });

/** The `counted_ends` collection. */
export const countedEndsSchema = new mongoose.Schema<CountedEndsDocument>(
  {
    _id: { type: String, required: true },
    bits: { type: Mixed, required: true },
    upto: { type: Number, required: true },
    touched: { type: Date, required: true },
  },
  { versionKey: false, collection: COUNTED_ENDS },
).index({ touched: 1 });
