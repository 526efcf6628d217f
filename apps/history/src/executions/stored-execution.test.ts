import { randomBytes } from 'node:crypto';
import type { ExecutionEvent } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { exactJson } from '@millrace/testing';
import fc from 'fast-check';
import { eventsOf, inOrder, type Entry } from './entries.js';
import { endChange, fromStepRuns, inlineEntries, toStepRuns, toStored } from './stored-execution.js';
import { packText, splitText, unpackText } from './stored-text.js';

const now = '2026-01-01T00:00:00.000Z';
const started = (input: unknown): ExecutionEvent => ({
  type: 'started',
  at: now,
  workflow_id: 'wf_1',
  version: 1,
  accepted_at: now,
  trigger: { type: 'api' },
  input,
});
const completed = (output: unknown): ExecutionEvent => ({ type: 'completed', at: '2026-01-01T00:00:01.000Z', output });

describe('what is stored of an execution', () => {
  it('is the record alone when its events are small, whether compressed or not', async () => {
    for (const input of [{ small: true }, { text: 'x'.repeat(50_000) }]) {
      const stored = await toStored('exec_1', 'org_1', [{ sequence: 7, events: [started(input), completed(1)] }]);
      expect(stored?.stepRuns).toEqual([]);
      expect(stored?.record).toMatchObject({
        _id: 'exec_1',
        org: 'org_1',
        wf: 'wf_1',
        status: 'completed',
        seq: 7,
        inline_seq: 7,
      });
      expect(await inlineEntries(stored!.record)).toEqual([{ sequence: 7, events: [started(input), completed(1)] }]);
    }
  });

  it('has every digit of a number, in the record and beside it', async () => {
    await fc.assert(
      fc.asyncProperty(exactJson, async (text) => {
        const entries = [{ sequence: 7, events: [started(parseJson(text)), completed(1)] }];
        const expected = stringifyJson(entries);
        const stored = await toStored('exec_1', 'org_1', entries);
        expect(stringifyJson(await inlineEntries(stored!.record))).toBe(expected);
        expect(stringifyJson(await fromStepRuns(await toStepRuns('exec_1', entries)))).toBe(expected);
      }),
    );
  });

  it('does not include the size that is known of an entry, which says whether it is worth packing', async () => {
    const events = [started(1), completed(1)];
    const stored = await toStored('exec_1', 'org_1', [{ sequence: 7, events, bytes: 200 }]);
    expect(await inlineEntries(stored!.record)).toEqual([{ sequence: 7, events }]);
    const large = await toStored('exec_1', 'org_1', [{ sequence: 7, events, bytes: 300_000 }]);
    expect(large?.record.events).toBeUndefined();
    expect(large?.stepRuns.map((stepRun) => stepRun._id)).toEqual(['exec_1:7:0']);
  });

  it('is a record without events, and an entry each, when they are large', async () => {
    const input = randomBytes(30_000).toString('base64');
    const entries: Entry[] = [
      { sequence: 3, events: [started(input)] },
      { sequence: 9, events: [completed(input)] },
    ];
    const stored = await toStored('exec_1', 'org_1', entries);
    expect(stored?.record).toMatchObject({ status: 'completed', seq: 9, inline_seq: 0 });
    expect(stored?.record.events).toBeUndefined();
    expect(stored?.stepRuns.map((stepRun) => stepRun._id)).toEqual(['exec_1:3:0', 'exec_1:9:0']);
    expect(inOrder(await fromStepRuns(stored!.stepRuns))).toEqual(entries);
  });

  it('has what only newer versions know, kinds and members alike', async () => {
    const teleported = { type: 'teleported', at: now, to: 'Mars' } as unknown as ExecutionEvent;
    const entries = [{ sequence: 7, events: [{ ...started(1), later: { deep: [1] } }, teleported, completed(1)] }];
    const stored = await toStored('exec_1', 'org_1', entries);
    expect(stored?.record).toMatchObject({ status: 'completed', seq: 7 });
    expect(await inlineEntries(stored!.record)).toEqual(entries);
  });

  it('is nothing while the beginning is missing', async () => {
    expect(await toStored('exec_1', 'org_1', [{ sequence: 9, events: [completed(1)] }])).toBeNull();
    expect(await toStored('exec_1', 'org_1', [])).toBeNull();
  });

  it('keeps a short error text for lists', () => {
    const change = endChange(
      [{ type: 'failed', at: now, error: { code: 'STEP_FAILED', message: 'x'.repeat(5_000) } }],
      4,
      undefined,
    );
    expect(change).toMatchObject({ status: 'failed', error_code: 'STEP_FAILED', seq: 4 });
    expect(change?.error_message).toHaveLength(1_000);
    expect(endChange([started(null)], 4, undefined)).toBeNull();
  });

  it('notes the failing path, the label, and how long it took where that is long enough to be looked for', async () => {
    const error = { code: 'STEP_FAILED', message: 'no' };
    const record = async (at: string) =>
      (
        await toStored('exec_1', 'org_1', [
          {
            sequence: 1,
            events: [
              { ...started(null), label: 'Order 4711' } as ExecutionEvent,
              { type: 'failed', at, error, path: 'each[2].call' },
            ],
          },
        ])
      )?.record;
    const later = (milliseconds: number) => new Date(Date.parse(now) + milliseconds).toISOString();
    const long = { failed_path: 'each[2].call', label: 'Order 4711', label_key: 'order 4711', duration_ms: 100 };
    expect(await record(later(100))).toMatchObject(long);
    expect(await record(later(99))).not.toHaveProperty('duration_ms');
  });

  it('leaves out an entry of which a part is missing', async () => {
    const stepRuns = await toStepRuns('exec_1', [
      { sequence: 1, events: [started('é'.repeat(9_000_000))] },
      { sequence: 2, events: [completed(2)] },
    ]);
    expect(stepRuns.map((stepRun) => stepRun._id)).toEqual(['exec_1:1:0', 'exec_1:1:1', 'exec_1:1:2', 'exec_1:2:0']);
    expect(eventsOf(inOrder(await fromStepRuns(stepRuns)))).toEqual([started('é'.repeat(9_000_000)), completed(2)]);
    expect(
      (await fromStepRuns(stepRuns.filter((stepRun) => stepRun.part !== 1))).map((entry) => entry.sequence),
    ).toEqual([2]);
  });
});

describe('stored text', () => {
  it('comes back as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 900 }), async (text, times) => {
        const long = text.repeat(times);
        expect(await unpackText(await packText(long))).toBe(long);
      }),
      { numRuns: 100 },
    );
  });

  it('is cut into parts that are whole in UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 7 }), (text, length) => {
        const parts = splitText(text, length);
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(length);
          expect(Buffer.from(part, 'utf8').toString('utf8')).toBe(part);
        }
      }),
    );
  });
});

describe('large entries', () => {
  const bytes = 300_000;
  let turn: number;
  let counter: NodeJS.Immediate;
  beforeEach(() => {
    turn = 0;
    const count = (): void => {
      turn++;
      counter = setImmediate(count);
    };
    counter = setImmediate(count);
  });
  afterEach(() => clearImmediate(counter));

  it('are written each in a turn of the event loop, whoever they are of', async () => {
    const written: number[] = [];
    const noting = { toJSON: () => written.push(turn) && 'x'.repeat(bytes) };
    const entry = (sequence: number): Entry => ({ sequence, events: [completed(noting)], bytes });
    await Promise.all([toStepRuns('exec_1', [entry(1), entry(2)]), toStepRuns('exec_2', [entry(3)])]);
    expect(new Set(written).size).toBe(3);
  });

  it('are read each in a turn of the event loop, whoever they are of', async () => {
    const text = JSON.stringify([completed('x'.repeat(bytes))]);
    const read: number[] = [];
    await Promise.all(
      ['exec_1', 'exec_2', 'exec_3'].map(async (id) => {
        const part = { _id: `${id}:7:0`, seq: 7, part: 0, parts: 1, bytes: text.length, text };
        expect(await fromStepRuns([part])).toHaveLength(1);
        read.push(turn);
      }),
    );
    expect(new Set(read).size).toBe(3);
  });
});
