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
});
