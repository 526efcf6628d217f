import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { payloadBytes, SignalLedger } from './signal-ledger.js';

const at = '2026-11-27T09:00:00.000Z';
const sent = (signal_id: string, data?: unknown): ExecutionEvent => ({
  type: 'signal_received',
  at,
  signal: 'paid',
  signal_id,
  ...(data === undefined ? {} : { data }),
});
const waiting = (path: string, signal: string): ExecutionEvent => ({
  ...{ type: 'step_waiting', at, path, step_type: 'wait', started_at: at, attempt: 1, waits_for: 'signal' },
  frozen: { signal },
});
const had = (path: string, signal_id?: string): ExecutionEvent => ({
  ...{ type: 'step_completed', at, path, step_type: 'wait', started_at: at, attempt: 1, output: {} },
  ...(signal_id === undefined ? {} : { signal_id }),
});
const ledgerOf = (events: readonly ExecutionEvent[]): SignalLedger => {
  const ledger = new SignalLedger();
  ledger.add(events);
  return ledger;
};

describe('what a journal says about signals', () => {
  it('knows each by its id', () => {
    const ledger = ledgerOf([sent('a'), had('pay', 'a')]);
    expect([ledger.has('a'), ledger.has('b')]).toEqual([true, false]);
  });

  it('knows for which ones steps wait', () => {
    const ledger = ledgerOf([waiting('pay', 'paid'), waiting('each[1].pay', 'sent')]);
    expect([ledger.isAwaited('paid'), ledger.isAwaited('sent'), ledger.isAwaited('x')]).toEqual([true, true, false]);
    ledger.add([had('pay'), had('each')]);
    expect([ledger.isAwaited('paid'), ledger.isAwaited('sent')]).toEqual([false, false]);
  });

  it('has room for those that no step has had yet, by their number', () => {
    const full = Array.from({ length: LIMITS.signalsKept }, (_, index) => sent(`s${index}`));
    const ledger = ledgerOf(full.slice(1));
    expect(ledger.limitFor(0)).toBeNull();
    ledger.add(full.slice(0, 1));
    expect(ledger.limitFor(0)).toBe('signalsKept');
    ledger.add([had('pay', 's0')]);
    expect(ledger.limitFor(0)).toBeNull();
  });

  it('has room for them by their bytes', () => {
    const ledger = ledgerOf([sent('a', 'x'.repeat(LIMITS.signalsKeptBytes - 12))]);
    expect([ledger.limitFor(10), ledger.limitFor(11)]).toEqual([null, 'signalsKeptBytes']);
    ledger.add([had('pay', 'a')]);
    expect(ledger.limitFor(11)).toBeNull();
  });

  it('has room for so many in all', () => {
    const events = Array.from({ length: LIMITS.signalsPerExecution }, (_, index) => [
      sent(`s${index}`),
      had(`each[${index}].pay`, `s${index}`),
    ]).flat();
    expect(ledgerOf(events).limitFor(0)).toBe('signalsPerExecution');
    expect(ledgerOf(events.slice(2)).limitFor(0)).toBeNull();
  });

  it('counts the bytes of a payload as JSON', () => {
    expect([payloadBytes(undefined), payloadBytes(null), payloadBytes('ä')]).toEqual([0, 4, 4]);
  });
});
