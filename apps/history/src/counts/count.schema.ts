import mongoose from 'mongoose';
import type { SequenceBits } from './sequence-set.js';

/** Names of the collections. */
export const COUNT_BLOCKS = 'execution_count_blocks';
export const COUNT_TOTALS = 'execution_count_totals';

/** The recently started executions of a workflow in one block of a journal shard, as a set of journal sequences. */
export interface CountBlockDocument {
  /** `<workflow id>:<shard>:<block>` */
  _id: string;
  org: string;
  wf: string;
  bits: SequenceBits;
  /** The greatest id of these executions. Absent in blocks of earlier releases. */
  last?: string;
  /** When a sequence was added last: decides when the block may be folded. */
  touched: Date;
}

/** The executions of a workflow that are counted for good. */
export interface CountTotalDocument {
  /** The workflow id. */
  _id: string;
  org: string;
  count: number;
  /** The greatest id of these executions. Absent until one is counted that has it. */
  last?: string;
  /** Rises with each change, so that of two replicas only one makes it. */
  version: number;
  /** Sets that `count` includes already and that are still to be taken out of their blocks. */
  folding: { id: string; bits: SequenceBits }[];
}

/** The `execution_count_blocks` collection. */
export const countBlockSchema = new mongoose.Schema<CountBlockDocument>(
  {
    _id: { type: String, required: true },
    org: { type: String, required: true },
    wf: { type: String, required: true },
    bits: { type: mongoose.Schema.Types.Mixed, required: true },
    last: { type: String },
    touched: { type: Date, required: true },
  },
  { versionKey: false, collection: COUNT_BLOCKS },
)
  .index({ wf: 1 })
  .index({ touched: 1 });

/** The `execution_count_totals` collection. */
export const countTotalSchema = new mongoose.Schema<CountTotalDocument>(
  {
    _id: { type: String, required: true },
    org: { type: String, required: true },
    count: { type: Number, required: true },
    last: { type: String },
    version: { type: Number, required: true },
    folding: { type: mongoose.Schema.Types.Mixed, required: true },
  },
  { versionKey: false, collection: COUNT_TOTALS },
);
