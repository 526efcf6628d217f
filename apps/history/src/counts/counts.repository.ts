import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Collection, Model } from 'mongoose';
import {
  COUNT_BLOCKS,
  COUNT_TOTALS,
  countBlockSchema,
  countTotalSchema,
  type CountBlockDocument,
  type CountTotalDocument,
} from './count.schema.js';
import { bitsOf, blockOf, clearBits, setBits, sizeOf } from './sequence-set.js';

/** The start of an execution: what a count counts. */
export interface Start {
  readonly organisationId: string;
  readonly workflowId: string;
  readonly shard: number;
  /** Of the journal entry that holds the `started` event. */
  readonly sequence: number;
  readonly executionId: string;
}

/** What workflows have done. */
export interface Activity {
  /** How many executions; of all workflows that were asked for. */
  readonly counts: Record<string, number>;
  /** The id of the execution that was accepted last. Not of those that have not started since it is noted. */
  readonly last: ReadonlyMap<string, string>;
}

/** The last start of a workflow. */
export type LastStart = Pick<CountBlockDocument, 'org' | 'wf' | 'last'>;

/** A workflow, as counts know it. */
export interface CountedWorkflow {
  readonly organisationId: string;
  readonly workflowId: string;
}

/** Blocks that one step of folding takes. */
const FOLD_BATCH = 200;

/** Workflows that are read together. */
const WORKFLOW_PAGE = 500;

/** How often a read is repeated when folding went on during it. */
const READ_ATTEMPTS = 5;

/**
 * Counts executions per workflow, exactly. An increment can be lost or doubled when a process dies between a write
 * and its acknowledgement; so recent starts are kept as a set of journal sequences instead, to which adding is
 * idempotent, and sets that have been quiet for long enough are folded into a number.
 */
@Injectable()
export class CountsRepository {
  readonly #models: readonly Pick<Model<unknown>, 'createIndexes'>[];
  readonly #blocks: Collection<CountBlockDocument>;
  readonly #totals: Collection<CountTotalDocument>;

  constructor({ connection }: Database) {
    this.#models = [connection.model('CountBlock', countBlockSchema), connection.model('CountTotal', countTotalSchema)];
    this.#blocks = connection.collection(COUNT_BLOCKS);
    this.#totals = connection.collection(COUNT_TOTALS);
  }

  /** Creates the indexes that the schemas declare, where they are missing. */
  async createIndexes(): Promise<void> {
    for (const model of this.#models) await model.createIndexes();
  }

  /** Adds starts; those that were added before change nothing. */
  async add(starts: readonly Start[], now: Date): Promise<void> {
    if (starts.length === 0) return;
    const blocks = new Map<string, { start: Start; sequences: number[]; last: string }>();
    for (const start of starts) {
      const id = `${start.workflowId}:${start.shard}:${blockOf(start.sequence)}`;
      const block = blocks.get(id) ?? { start, sequences: [], last: '' };
      block.sequences.push(start.sequence);
      if (start.executionId > block.last) block.last = start.executionId;
      blocks.set(id, block);
    }
    await this.#blocks.bulkWrite(
      [...blocks].map(([id, { start, sequences, last }]) => ({
        updateOne: {
          filter: { _id: id },
          update: {
            $bit: setBits(bitsOf(sequences)),
            $set: { org: start.organisationId, wf: start.workflowId, touched: now },
            // Ids are ordered by the time at which executions were accepted.
            $max: { last },
          },
          upsert: true,
        },
      })),
      { ordered: false },
    );
  }

  /** The counts of workflows of an organisation; a workflow without executions counts 0. */
  async count(organisationId: string, workflowIds: readonly string[]): Promise<Record<string, number>> {
    return (await this.activity(organisationId, workflowIds)).counts;
  }

  /** The same, and the last execution of each. */
  async activity(organisationId: string, workflowIds: readonly string[]): Promise<Activity> {
    for (let attempt = 1; ; attempt++) {
      const before = await this.#totalsOf(organisationId, workflowIds);
      const blocks = await this.#blocks.find({ wf: { $in: [...workflowIds] }, org: organisationId }).toArray();
      const totals = await this.#totalsOf(organisationId, workflowIds);
      const changed = [...totals].some(([id, total]) => before.get(id)?.version !== total.version);
      if (changed && attempt < READ_ATTEMPTS) continue;
      return { counts: sum(workflowIds, totals, blocks), last: lastOf([...totals.values()], blocks) };
    }
  }

  /** The last starts of workflows that have had one since then, in no order; of a workflow there may be several. */
  lastStarts(since: Date): AsyncIterable<LastStart> {
    return this.#blocks.find<LastStart>({ touched: { $gte: since } }, { projection: { org: 1, wf: 1, last: 1 } });
  }

  /** Those of these workflows that have had executions which are counted. */
  async counted(workflowIds: readonly string[]): Promise<ReadonlySet<string>> {
    // The blocks first: what is folded meanwhile is in a total before it is in no block.
    const blocks = await this.#blocks.find({ wf: { $in: [...workflowIds] } }, { projection: { wf: 1 } }).toArray();
    const totals = await this.#totals.find({ _id: { $in: [...workflowIds] } }, { projection: { _id: 1 } }).toArray();
    return new Set([...blocks.map(({ wf }) => wf), ...totals.map(({ _id }) => _id)]);
  }

  /** Every workflow that has had executions which are counted, each once. */
  async *workflows(): AsyncGenerator<CountedWorkflow> {
    // What has started lately, and is in no total yet, comes first: the rest need not be remembered.
    const recent = new Map<string, string>();
    for await (const { wf, org } of this.#blocks.find({}, { projection: { wf: 1, org: 1 } })) recent.set(wf, org);
    for (const [workflowId, organisationId] of recent) yield { organisationId, workflowId };
    for (let last = ''; ;) {
      const options = { projection: { org: 1 }, sort: { _id: 1 }, hint: { _id: 1 }, limit: WORKFLOW_PAGE } as const;
      const page = await this.#totals.find({ _id: { $gt: last } }, options).toArray();
      for (const { _id: workflowId, org: organisationId } of page)
        if (!recent.has(workflowId)) yield { organisationId, workflowId };
      if (page.length < WORKFLOW_PAGE) return;
      last = page.at(-1)?._id ?? '';
    }
  }

  /** Folds blocks that were touched last before `quietSince`; returns how many were folded. One call does a bounded amount. */
  async fold(quietSince: Date): Promise<number> {
    const quiet = await this.#blocks.find({ touched: { $lt: quietSince } }, { limit: FOLD_BATCH }).toArray();
    const byWorkflow = new Map<string, CountBlockDocument[]>();
    for (const block of quiet) byWorkflow.set(block.wf, [...(byWorkflow.get(block.wf) ?? []), block]);
    for (const [workflowId, blocks] of byWorkflow) await this.#foldWorkflow(workflowId, blocks, quietSince);
    return quiet.length;
  }

  async #foldWorkflow(workflowId: string, blocks: readonly CountBlockDocument[], quietSince: Date): Promise<void> {
    const total = await this.#totalFor(workflowId, blocks);
    if (total.folding.length > 0) {
      // Somebody died, or is still busy, between the two steps below. These blocks wait for the next round.
      await this.#settle(total, quietSince);
      return;
    }
    const folding = blocks.map((block) => ({ id: block._id, bits: block.bits }));
    const added = folding.reduce((sumSoFar, block) => sumSoFar + sizeOf(block.bits), 0);
    const last = lastOf([total], blocks).get(workflowId);
    const result = await this.#totals.updateOne(
      { _id: workflowId, version: total.version },
      {
        $set: { folding, ...(last === undefined ? {} : { last }) },
        $inc: { count: added, version: 1 },
      },
    );
    if (result.modifiedCount === 1) await this.#settle({ ...total, folding, version: total.version + 1 }, quietSince);
  }

  /** Takes what was folded out of its blocks. May run twice, and in two processes at once. */
  async #settle(total: CountTotalDocument, quietSince: Date): Promise<void> {
    for (const { id, bits } of total.folding) {
      await this.#blocks.updateOne({ _id: id }, { $bit: clearBits(bits) });
      // A start that arrived meanwhile has touched the block, and keeps it.
      await this.#blocks.deleteOne({ _id: id, touched: { $lt: quietSince } });
    }
    await this.#totals.updateOne(
      { _id: total._id, version: total.version },
      { $set: { folding: [] }, $inc: { version: 1 } },
    );
  }

  async #totalFor(workflowId: string, blocks: readonly CountBlockDocument[]): Promise<CountTotalDocument> {
    const fresh = { org: blocks[0]?.org ?? '', count: 0, version: 0, folding: [] };
    await this.#totals.updateOne({ _id: workflowId }, { $setOnInsert: fresh }, { upsert: true });
    return (await this.#totals.findOne({ _id: workflowId })) ?? { _id: workflowId, ...fresh };
  }

  async #totalsOf(organisationId: string, workflowIds: readonly string[]): Promise<Map<string, CountTotalDocument>> {
    const found = await this.#totals.find({ _id: { $in: [...workflowIds] }, org: organisationId }).toArray();
    return new Map(found.map((total) => [total._id, total]));
  }
}

function sum(
  workflowIds: readonly string[],
  totals: ReadonlyMap<string, CountTotalDocument>,
  blocks: readonly CountBlockDocument[],
): Record<string, number> {
  const counts = new Map(workflowIds.map((id) => [id, totals.get(id)?.count ?? 0]));
  for (const block of blocks) {
    const folded = totals.get(block.wf)?.folding.find((entry) => entry.id === block._id)?.bits;
    counts.set(block.wf, (counts.get(block.wf) ?? 0) + sizeOf(block.bits, folded));
  }
  return Object.fromEntries(counts);
}

/** The greatest id of each workflow. */
function lastOf(
  totals: readonly Pick<CountTotalDocument, '_id' | 'last'>[],
  blocks: readonly Pick<CountBlockDocument, 'wf' | 'last'>[],
): Map<string, string> {
  const last = new Map<string, string>();
  const note = (workflowId: string, id: string | undefined): void => {
    if (id !== undefined && id > (last.get(workflowId) ?? '')) last.set(workflowId, id);
  };
  for (const total of totals) note(total._id, total.last);
  for (const block of blocks) note(block.wf, block.last);
  return last;
}
