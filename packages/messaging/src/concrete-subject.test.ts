import { isConcrete } from './concrete-subject.js';

describe('isConcrete', () => {
  it.each([`active.${'a'.repeat(1_017)}`, 'runs.1.org_a.exec_1', '$KV.definitions.active.wf_1', 'a', 'a-b=c/d'])(
    'takes %s',
    (subject) => {
      expect(isConcrete(subject)).toBe(true);
    },
  );

  it.each([
    '*',
    '>',
    'active.*',
    'active.>',
    'active.wf*',
    'a..b',
    '.a',
    'a.',
    '',
    'a b',
    'a\r\nPUB x',
    'a\tb',
    'ä',
    '\u0000',
    `active.${'a'.repeat(1_024)}`,
    'a.'.repeat(50_000),
  ])('refuses %j', (subject) => {
    expect(isConcrete(subject)).toBe(false);
  });
});
