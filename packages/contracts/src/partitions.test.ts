import fc from 'fast-check';
import { derivedId, newId } from './ids.js';
import { JournalEntry, journalNumberOf } from './messages/journal.js';
import { RunRequested } from './messages/runs.js';
import {
  FIRST_JOURNAL_LAYOUT,
  grownLayout,
  isDecided,
  JOURNAL_NUMBERS,
  journalLayoutSchema,
  journalStreamOf,
  laneOf,
  RUN_LANES,
  type JournalLayout,
} from './partitions.js';

const HOUR = 60 * 60_000;
const NOW = Date.UTC(2026, 10, 26);

function grown(layout: JournalLayout, shards: number, now = NOW): JournalLayout {
  const next = grownLayout(layout, shards, now);
  if (next === null) throw new Error('no numbers are free');
  return next;
}

function idAt(time: number, part: string): string {
  return derivedId('execution', time, ['org_1', part]);
}

describe('partitions', () => {
  it('of a newer version are written again with what only that one knows', () => {
    const newer = { generations: [{ from: 0, streams: [0, 1], later: 1 }], decided_until: 0, later: { deep: [2] } };
    expect(grown(journalLayoutSchema.parse(newer), 2)).toMatchObject({
      ...newer,
      generations: [newer.generations[0], {}],
    });
  });

  it('of the first releases never move: a change would hide what is stored under the old subjects', () => {
    const address = { organisation_id: 'org_dev', execution_id: 'exec_01kaxh3v9m0000000000000000' };
    expect(laneOf('org_dev')).toBe(1);
    expect(RunRequested.subject({ organisation_id: 'org_dev', execution_id: 'exec_1' })).toBe('runs.1.org_dev.exec_1');
    const subject = `journal.1.org_dev.${address.execution_id}`;
    expect(JournalEntry.subject(address)).toBe(subject);
    const now = Date.now();
    expect(JournalEntry.subject(address, grown(FIRST_JOURNAL_LAYOUT, 8, now))).toBe(subject);
  });

  it('are used about evenly', () => {
    const layout = grown(FIRST_JOURNAL_LAYOUT, 8, 0);
    const counts = new Map<number, number>();
    for (let index = 0; index < 4_000; index++) {
      const stream = journalStreamOf(newId('execution'), layout);
      counts.set(stream, (counts.get(stream) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    for (const count of counts.values()) expect(count).toBeGreaterThan(4_000 / 8 / 2);
    expect(new Set(Array.from({ length: 100 }, () => laneOf(newId('organisation')))).size).toBe(RUN_LANES);
  });

  it('are in the subjects that streams listen on', () => {
    const subject = JournalEntry.subject({ organisation_id: 'org_1', execution_id: 'exec_1' });
    expect(subject.split('.')).toHaveLength(JournalEntry.pattern.split('.').length);
    expect(journalNumberOf('journal.17.org_1.exec_1')).toBe(17);
  });
});

describe('a journal layout that grows', () => {
  it('changes nothing for an execution whose stream is decided, whatever is recorded later', () => {
    const step = fc.record({ shards: fc.integer({ min: 1, max: 4 }), decide: fc.nat(HOUR), now: fc.nat(10 * HOUR) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.array(fc.nat(20 * HOUR), { minLength: 5 }), (steps, times) => {
        const ids = times.map((time, index) => idAt(NOW + time, String(index)));
        let layout: JournalLayout = { ...FIRST_JOURNAL_LAYOUT, decided_until: NOW };
        for (const { shards, decide, now } of steps) {
          layout = { ...layout, decided_until: layout.decided_until + decide };
          const next = grownLayout(layout, shards, NOW + now) ?? layout;
          for (const id of ids.filter((each) => isDecided(each, layout)))
            expect(journalStreamOf(id, next)).toBe(journalStreamOf(id, layout));
          layout = next;
        }
      }),
    );
  });

  it('decides nothing by its first record, but for ids that have no time', () => {
    expect(isDecided(idAt(NOW, 'a'), FIRST_JOURNAL_LAYOUT)).toBe(false);
    expect(isDecided('exec_1', FIRST_JOURNAL_LAYOUT)).toBe(true);
  });

  it('gives no number to two generations, and begins again at 0 when old ones are gone', () => {
    let layout = grown(grown(FIRST_JOURNAL_LAYOUT, 8), 16, NOW + HOUR);
    expect(grownLayout(layout, 16, NOW + 2 * HOUR)).toBeNull();
    layout = { ...layout, generations: layout.generations.slice(2), leaving: [0, 1] };
    const next = [26, 27, 28, 29, 30, 31, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(grown(layout, next.length, NOW + 2 * HOUR).generations.at(-1)?.streams).toEqual(next);
    expect(grownLayout(layout, next.length + 1, NOW + 2 * HOUR)).toBeNull();
    expect(Math.max(...next)).toBe(JOURNAL_NUMBERS - 1);
  });
});
