import { derivedId, firstIdAt, idTime, isId, newId, randomSecret } from './ids.js';
import { CROCKFORD } from './time-order.js';

/** Of digits of Crockford base 32. */
const numberOf = (digits: string): bigint =>
  [...digits].reduce((sum, digit) => sum * 32n + BigInt(CROCKFORD.indexOf(digit)), 0n);

describe('newId', () => {
  it('orders by time of making, also within a millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('execution'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not show how many others were made between two of one millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('execution').slice('exec_'.length));
    const distances = ids.flatMap((id, index) => {
      const next = ids[index + 1];
      return next?.slice(0, 10) === id.slice(0, 10) ? [numberOf(next) - numberOf(id)] : [];
    });
    expect(distances.length).toBeGreaterThan(100);
    expect(new Set(distances).size).toBe(distances.length);
  });

  it('contains its time', () => {
    const before = Date.now();
    const time = idTime(newId('workflow'));
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
    expect(idTime('exec_456789')).toBeNull();
  });

  it('is one subject token', () => {
    expect(newId('execution')).toMatch(/^exec_[0-9a-z]{26}$/);
  });
});

describe('derivedId', () => {
  const at = Date.UTC(2026, 10, 25);
  const id = (time = at, ...rest: string[]) => derivedId('execution', time, ['org_1', 'schedule', ...rest]);

  it('is the same for the same parts and time, in every version: starting twice must be starting once', () => {
    expect(id(at, 'wf_1')).toBe(id(at, 'wf_1'));
    expect(id(at, 'wf_1')).toBe('exec_01m8801200t59adv26wps1nd3k');
  });

  it('is another one for another time, kind, organisation or part, however the parts are cut', () => {
    const ids = [
      id(at, 'wf_1'),
      id(at + 1, 'wf_1'),
      id(at, 'wf_', '1'),
      id(at, 'wf_1', ''),
      derivedId('execution', at, ['org_2', 'schedule', 'wf_1']),
      derivedId('workflow', at, ['org_1', 'schedule', 'wf_1']),
    ];
    expect(new Set(ids.map((one) => one.replace(/^[a-z]+_/, one.startsWith('wf_') ? 'wf' : ''))).size).toBe(ids.length);
    const many = Array.from({ length: 5_000 }, (_, index) => id(at, String(index)));
    expect(new Set(many).size).toBe(many.length);
  });

  it('is an id like any other: of its form, ordered by its time, and telling it', () => {
    expect(isId('execution', id())).toBe(true);
    expect(idTime(id())).toBe(at);
    expect(id(at - 1, 'z') < id(at, 'a')).toBe(true);
    const [before, after] = [newId('execution'), derivedId('execution', Date.now() + 1_000, ['org_1', 'x'])];
    expect(before < after).toBe(true);
  });
});

describe('isId', () => {
  it('takes what newId makes, and the addresses of webhooks', () => {
    for (const kind of ['workflow', 'execution'] as const) expect(isId(kind, newId(kind))).toBe(true);
    expect(isId('webhook', `wh_${randomSecret(24)}`)).toBe(true);
  });

  it.each([
    ['another kind', newId('execution')],
    ['nothing', ''],
    ['the prefix alone', 'wf_'],
    ['a long text', 'wf_'.padEnd(5_000, 'a')],
    ['a wildcard', 'wf_*'.padEnd(29, 'a')],
    ['a dot', 'wf_a.b'.padEnd(29, 'a')],
    ['a line break at the end', `${newId('workflow')}\n`],
    ['upper case', newId('workflow').toUpperCase()],
    ['digits of another script', `wf_${'٣'.repeat(26)}`],
  ])('refuses %s', (_what, text) => {
    expect(isId('workflow', text)).toBe(false);
  });

  it.each(['call', 'each[12].call', 'both.left.call', 'both[1].call-2', `${'a.'.repeat(10)}a`])(
    'takes the path of a step run: %s',
    (path) => {
      expect(isId('step_path', path)).toBe(true);
    },
  );

  it.each(['', '.', 'a.', '.a', 'a[', 'a[b]', 'a[1][2]', '1a', 'a b', 'a*', `${'a.'.repeat(11)}a`, 'a'.repeat(65)])(
    'refuses what is no path of a step run: %j',
    (path) => {
      expect(isId('step_path', path)).toBe(false);
    },
  );
});

describe('randomSecret', () => {
  it('has the length asked for and no character that needs quoting', () => {
    expect(randomSecret(40)).toMatch(/^[a-z2-7]{40}$/);
    const many = Array.from({ length: 1_000 }, () => randomSecret(40));
    expect(new Set(many).size).toBe(1_000);
    for (const secret of many) expect(secret).toMatch(/^[a-z2-7]{40}$/);
    // A character that stands for bytes that were used before would be far too frequent.
    expect(many.join('').split('a').length).toBeLessThan(2_000);
  });
});

describe('firstIdAt', () => {
  it('is at most every id of its time or later, and more than those before', () => {
    const now = Date.now();
    const id = newId('execution');
    expect(firstIdAt('execution', now) <= id).toBe(true);
    expect(firstIdAt('execution', Date.now() + 1) > id).toBe(true);
    expect(firstIdAt('execution', -1)).toBe('exec_0000000000');
  });
});
