import { idTime, isId, newId, randomSecret } from './ids.js';

describe('newId', () => {
  it('orders by time of making, also within a millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('execution'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells its time', () => {
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
    expect(randomSecret(40)).not.toBe(randomSecret(40));
  });
});
