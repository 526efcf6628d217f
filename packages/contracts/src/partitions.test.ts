import { JOURNAL_SHARDS, laneOf, RUN_LANES, shardOf } from './partitions.js';
import { newId } from './ids.js';
import { JournalEntry } from './messages/journal.js';
import { RunRequested } from './messages/runs.js';

describe('partitions', () => {
  it('never move: a change would hide what is stored under the old subjects', () => {
    expect(laneOf('org_dev')).toBe(1);
    expect(shardOf('exec_01kaxh3v9m0000000000000000')).toBe(1);
    expect(RunRequested.subject({ organisation_id: 'org_dev', execution_id: 'exec_1' })).toBe('runs.1.org_dev.exec_1');
  });

  it('use every lane and shard about evenly', () => {
    const counts = new Map<number, number>();
    for (let index = 0; index < 4_000; index++) {
      const shard = shardOf(newId('execution'));
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect(counts.size).toBe(JOURNAL_SHARDS);
    for (const count of counts.values()) expect(count).toBeGreaterThan(4_000 / JOURNAL_SHARDS / 2);
    expect(new Set(Array.from({ length: 100 }, () => laneOf(newId('organisation')))).size).toBe(RUN_LANES);
  });

  it('stand in the subjects that streams listen on', () => {
    const subject = JournalEntry.subject({ organisation_id: 'org_1', execution_id: 'exec_1' });
    expect(subject.split('.')).toHaveLength(JournalEntry.pattern.split('.').length);
  });
});
