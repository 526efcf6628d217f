import { setImmediate as turn } from 'node:timers/promises';
import { Gate } from './gate.js';

/** Enters and notes the order of entry; the gate is given back by calling what `leave` holds. */
function visitors(gate: Gate): {
  entered: string[];
  leave: Map<string, () => void>;
  visit: (owner: string, name: string) => void;
} {
  const entered: string[] = [];
  const leave = new Map<string, () => void>();
  const visit = (owner: string, name: string): void => {
    void gate.enter(owner).then((done) => {
      entered.push(name);
      leave.set(name, done);
    });
  };
  return { entered, leave, visit };
}

describe('Gate', () => {
  it('lets in no more than its width, and the next when one leaves', async () => {
    const { entered, leave, visit } = visitors(new Gate(2));
    ['a', 'b', 'c'].forEach((owner) => visit(owner, owner));
    await turn();
    expect(entered).toEqual(['a', 'b']);
    leave.get('a')?.();
    await turn();
    expect(entered).toEqual(['a', 'b', 'c']);
  });

  it('lets in of one owner what has the lowest rank when there is room, of equal ones the earliest', async () => {
    const gate = new Gate(1);
    const ranks: Record<string, number> = { a: 1, b: 1, c: 0, d: 2 };
    const entered: string[] = [];
    const leave = await gate.enter('owner');
    const all = Object.keys(ranks).map(async (name) => {
      const done = await gate.enter('owner', undefined, 1, () => ranks[name] ?? 0);
      entered.push(name);
      ranks.d = -1;
      done();
    });
    leave();
    await Promise.all(all);
    expect(entered).toEqual(['c', 'd', 'a', 'b']);
  });

  it('asks for no rank while there is no room, however many give up and others come', async () => {
    const gate = new Gate(Infinity, 1);
    await gate.enter('owner');
    let asked = 0;
    const waiting = Array.from({ length: 100 }, () => {
      const giveUp = new AbortController();
      const entered = gate.enter('owner', giveUp.signal, 1, () => asked++).catch(() => undefined);
      return { giveUp, entered };
    });
    for (const { giveUp } of waiting) {
      giveUp.abort(new Error('too late'));
      (await gate.enter('another'))();
    }
    await Promise.all(waiting.map(({ entered }) => entered));
    expect(asked).toBe(0);
  });

  it('gives one owner at most half, and lets owners take turns', async () => {
    const { entered, leave, visit } = visitors(new Gate(2));
    for (const name of ['a1', 'a2', 'a3']) visit('a', name);
    visit('b', 'b1');
    visit('b', 'b2');
    await turn();
    expect(entered).toEqual(['a1', 'b1']);
    leave.get('a1')?.();
    await turn();
    leave.get('b1')?.();
    await turn();
    leave.get('a2')?.();
    await turn();
    expect(entered).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('gives one owner all of it where it may have that, and lets owners take turns all the same', async () => {
    const { entered, leave, visit } = visitors(new Gate(2, 2));
    for (const name of ['a1', 'a2', 'a3', 'a4']) visit('a', name);
    await turn();
    expect(entered).toEqual(['a1', 'a2']);
    visit('b', 'b1');
    leave.get('a1')?.();
    leave.get('a2')?.();
    await turn();
    expect(entered.slice(2).sort()).toEqual(['a3', 'b1']);
  });

  it('leaves whoever gives up out of the line, and those behind in their places', async () => {
    const gate = new Gate(2);
    const { entered, leave, visit } = visitors(gate);
    const giveUp = new AbortController();
    visit('a', 'a1');
    const given = [gate.enter('a', giveUp.signal), gate.enter('a', giveUp.signal)];
    visit('a', 'a2');
    visit('b', 'b1');
    const unseen = gate.enter('b', giveUp.signal);
    visit('c', 'c1');
    giveUp.abort(new Error('too late'));
    for (const one of [...given, unseen, gate.enter('d', giveUp.signal)]) await expect(one).rejects.toThrow('too late');
    expect(entered).toEqual(['a1', 'b1']);
    leave.get('b1')?.();
    await turn();
    leave.get('a1')?.();
    await turn();
    expect(entered).toEqual(['a1', 'b1', 'c1', 'a2']);
  });

  it('keeps the place of who has entered, whatever its signal says then', async () => {
    const gate = new Gate(2);
    const { entered, leave, visit } = visitors(gate);
    const giveUp = new AbortController();
    visit('a', 'a1');
    const second = gate.enter('a', giveUp.signal);
    visit('a', 'a3');
    await turn();
    leave.get('a1')?.();
    const leaveSecond = await second;
    giveUp.abort();
    await turn();
    expect(entered).toEqual(['a1']);
    leaveSecond();
    await turn();
    expect(entered).toEqual(['a1', 'a3']);
  });

  it('counts a place that is given back twice once', async () => {
    const { entered, leave, visit } = visitors(new Gate(1));
    visit('a', 'a1');
    await turn();
    leave.get('a1')?.();
    leave.get('a1')?.();
    visit('b', 'b1');
    visit('c', 'c1');
    await turn();
    expect(entered).toEqual(['a1', 'b1']);
  });

  describe('with pieces of different weight', () => {
    /** Lets one in after another, and returns those who are inside. */
    const inside = async (gate: Gate, pieces: readonly (readonly [owner: string, weight: number])[]) => {
      const entered: string[] = [];
      const leave = new Map<string, () => void>();
      for (const [owner, weight] of pieces)
        void gate.enter(owner, undefined, weight).then((done) => {
          entered.push(`${owner}${weight}`);
          leave.set(`${owner}${weight}`, done);
        });
      await turn();
      return { entered, leave };
    };

    it('lets in no more than its width, and counts a piece as what its owner may have at most', async () => {
      const { entered, leave } = await inside(new Gate(10), [
        ['a', 50],
        ['a', 1],
        ['b', 3],
        ['b', 2],
        ['c', 1],
      ]);
      expect(entered).toEqual(['a50', 'b3', 'b2']);
      leave.get('b2')?.();
      await turn();
      expect(entered).toEqual(['a50', 'b3', 'b2', 'c1']);
      leave.get('a50')?.();
      await turn();
      expect(entered.at(-1)).toBe('a1');
    });

    it('lets no lighter piece pass the one whose turn it is', async () => {
      const { entered, leave } = await inside(new Gate(10), [
        ['a', 4],
        ['b', 4],
        ['c', 5],
        ['d', 1],
        ['c', 1],
      ]);
      expect(entered).toEqual(['a4', 'b4']);
      leave.get('a4')?.();
      await turn();
      expect(entered).toEqual(['a4', 'b4', 'c5', 'd1']);
    });

    it('lets in what fits when a heavier one before it gives up', async () => {
      const gate = new Gate(10);
      const { entered } = await inside(gate, [
        ['a', 4],
        ['b', 4],
      ]);
      const giveUp = new AbortController();
      const given = gate.enter('c', giveUp.signal, 5);
      const light = gate.enter('d', undefined, 1).then(() => entered.push('d1'));
      giveUp.abort(new Error('too late'));
      await expect(given).rejects.toThrow('too late');
      await light;
      expect(entered).toEqual(['a4', 'b4', 'd1']);
    });
  });
});
