import { MemoryLedger } from './memory-ledger.js';

/** Runs by name, and which of them were ended. */
function ledgerOf(limit: number) {
  const ledger = new MemoryLedger(limit);
  const ended: string[] = [];
  return { ledger, ended, open: (name: string) => ledger.open((held) => ended.push(`${name} with ${held}`)) };
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

  it('tells the run that asks when it is the largest itself', () => {
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
