import { MemoryLedger, type CommonHolding } from './memory-ledger.js';

/** Runs by name, and which of them were ended. */
function ledgerOf(limit: number) {
  const ledger = new MemoryLedger(limit);
  const ended: string[] = [];
  const open = (name: string, common?: CommonHolding) =>
    ledger.open((held) => ended.push(`${name} with ${held}`), common);
  return { ledger, ended, open };
}

describe('MemoryLedger', () => {
  it('ends the run that holds the most when all together hold too much, and no other one', () => {
    const { ledger, ended, open } = ledgerOf(100);
    const [small, large, middle] = [open('small'), open('large'), open('middle')];
    large.set(60);
    middle.set(30);
    expect(small.set(10)).toBe(true);
    expect(ended).toEqual([]);
    expect(small.set(11)).toBe(true);
    expect(ended).toEqual(['large with 60']);
    expect(ledger.total).toBe(41);
    expect(large.set(70)).toBe(false);
    expect(ledger.total).toBe(41);
  });

  it('ends the run that asks when it is the largest itself', () => {
    const { ended, open } = ledgerOf(100);
    open('other').set(50);
    expect(open('own').set(51)).toBe(false);
    expect(ended).toEqual(['own with 51']);
  });

  it('ends as many as it takes', () => {
    const { ledger, ended, open } = ledgerOf(100);
    for (const name of ['a', 'b', 'c', 'd']) open(name).set(25);
    expect(open('huge').set(500)).toBe(false);
    expect(ended).toEqual(['huge with 500']);
    open('again').set(1);
    expect(ended).toHaveLength(2);
    expect(ledger.total).toBe(76);
  });

  it('forgets what an ended run held, once', () => {
    const { ledger, open } = ledgerOf(100);
    const share = open('a');
    share.set(40);
    share.set(20);
    share.close();
    share.close();
    expect(ledger.total).toBe(0);
  });
});

describe('what several runs use together', () => {
  const MEBIBYTE = 1024 * 1024;
  const program = { memoryBytes: 40 * MEBIBYTE };

  it('counts once, for as long as one of them runs', () => {
    const { ledger, open } = ledgerOf(100 * MEBIBYTE);
    const [first, second, third] = [open('first', program), open('second', program), open('third', program)];
    second.set(5);
    expect(ledger.total).toBe(program.memoryBytes + 5);
    first.close();
    expect(ledger.total).toBe(program.memoryBytes + 5);
    third.close();
    expect(ledger.total).toBe(program.memoryBytes + 5);
    second.close();
    expect(ledger.total).toBe(0);
    open('again', program);
    expect(ledger.total).toBe(program.memoryBytes);
  });

  it('ends those that use the most, all of them, and no other one', () => {
    const { ledger, ended, open } = ledgerOf(100 * MEBIBYTE);
    open('small', { memoryBytes: 30 * MEBIBYTE });
    for (const name of ['a', 'b']) open(name, program);
    open('too much', { memoryBytes: 35 * MEBIBYTE });
    expect(ended.sort()).toEqual(['a', 'b'].map((name) => `${name} with ${program.memoryBytes}`));
    expect(ledger.total).toBe(65 * MEBIBYTE);
  });

  it('is not kept account of while it is small', () => {
    const { ledger, open } = ledgerOf(100);
    open('a', { memoryBytes: MEBIBYTE - 1 });
    expect(ledger.total).toBe(0);
  });
});
