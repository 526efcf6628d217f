import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { systemClock } from '../clock.js';
import { JournalWriter } from './journal-writer.js';

const event = (path: string): ExecutionEvent => ({
  type: 'step_skipped',
  at: '2026-01-01T00:00:00.000Z',
  path,
  step_type: 'transform',
});

/** A journal whose appends end when the test says so. */
function journal() {
  const entries: string[][] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const failures: unknown[] = [];
  const append = (events: readonly ExecutionEvent[]) => {
    entries.push(events.map((one) => ('path' in one ? String(one.path) : one.type)));
    return new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const writer = new JournalWriter(append, systemClock, (error) => failures.push(error));
  return { entries, waiting, failures, writer };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('JournalWriter', () => {
  it('appends what is recorded in the same turn together', async () => {
    const { writer, entries, waiting } = journal();
    writer.record(event('a'), 0);
    const first = writer.flush();
    writer.record(event('b'), 0);
    const second = writer.flush();
    await turn();
    expect(entries).toEqual([['a', 'b']]);
    waiting[0]?.resolve();
    await Promise.all([first, second]);
  });

  it('appends one entry at a time, and what comes meanwhile as the next one', async () => {
    const { writer, entries, waiting } = journal();
    writer.record(event('a'), 0);
    void writer.flush();
    await turn();
    writer.record(event('b'), 0);
    let durable = false;
    const second = writer.flush().then(() => (durable = true));
    writer.record(event('c'), 0);
    await turn();
    expect(entries).toEqual([['a']]);
    waiting[0]?.resolve();
    await turn();
    expect(entries).toEqual([['a'], ['b', 'c']]);
    expect(durable).toBe(false);
    waiting[1]?.resolve();
    await second;
  });

  it('waits for the append on its way when nothing else is recorded', async () => {
    const { writer, waiting } = journal();
    await writer.flush();
    writer.record(event('a'), 0);
    void writer.flush();
    await turn();
    let durable = false;
    const again = writer.flush().then(() => (durable = true));
    await turn();
    expect(durable).toBe(false);
    waiting[0]?.resolve();
    await again;
  });

  it('appends by itself after a short time, and at once when much is recorded', async () => {
    const { writer, entries } = journal();
    writer.record(event('a'), 0);
    await turn();
    expect(entries).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(entries).toEqual([['a']]);
    const large = journal();
    large.writer.record(event('b'), 200_000);
    await turn();
    expect(large.entries).toEqual([['b']]);
  });

  it('says how large each entry is', async () => {
    const sizes: number[] = [];
    const append = (_: unknown, bytes: number): Promise<void> => Promise.resolve(void sizes.push(bytes));
    const writer = new JournalWriter(append, systemClock, () => undefined);
    writer.record(event('a'), 10);
    await writer.flush();
    for (const bytes of [LIMITS.journalEntryBytes, 20]) writer.record(event('b'), bytes);
    await writer.flush();
    const [small = 0, large = 0, last = 0] = sizes;
    expect([small > 10, large > LIMITS.journalEntryBytes, last < 1_000]).toEqual([true, true, true]);
    expect(sizes).toHaveLength(3);
  });

  it('appends nothing after a failed append, also when nothing waited for that', async () => {
    const { writer, entries, waiting, failures } = journal();
    writer.record(event('a'), 0);
    const first = writer.flush();
    await turn();
    waiting[0]?.reject(new Error('fenced'));
    await expect(first).rejects.toThrow('fenced');
    writer.record(event('b'), 1e6);
    const second = writer.flush();
    second.catch(() => undefined);
    await turn();
    expect(entries).toEqual([['a']]);
    await expect(second).rejects.toThrow('fenced');
    expect(failures).toHaveLength(1);
  });

  it('appends nothing after a failed append', async () => {
    const { writer, entries, waiting, failures } = journal();
    writer.record(event('a'), 0);
    const first = writer.flush();
    await turn();
    writer.record(event('b'), 0);
    const second = writer.flush();
    waiting[0]?.reject(new Error('fenced'));
    await expect(first).rejects.toThrow('fenced');
    await expect(second).rejects.toThrow('fenced');
    writer.record(event('c'), 1e6);
    await expect(writer.flush()).rejects.toThrow('fenced');
    await turn();
    expect(entries).toEqual([['a']]);
    expect(failures).toHaveLength(1);
  });
});
