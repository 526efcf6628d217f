import { parseJson } from '@millrace/expression/exact';
import { stepChanges } from './step-changes.js';

const step = (id: string, more: object = {}) => ({ id, type: 'transform', config: { output: 1 }, ...more });
const loop = (id: string, ...steps: object[]) => ({ id, type: 'loop', config: { items: '{{input}}', steps } });
const parallel = (id: string, ...branches: object[]) => ({ id, type: 'parallel', config: { branches } });
const document = (...steps: object[]) => ({ name: 'x', steps });
const changes = (former: object[], latter: object[]) => stepChanges(document(...former), document(...latter));

describe('what became of steps', () => {
  it('is nothing when they are the same, however their members are ordered', () => {
    const one = { id: 'a', type: 'http', config: { url: 'u', headers: { a: '1', b: '2' } } };
    const other = { config: { headers: { b: '2', a: '1' }, url: 'u' }, type: 'http', id: 'a' };
    expect(changes([one], [other])).toEqual([]);
  });

  it('is a change when a number has another last digit', () => {
    const having = (text: string) => step('a', { config: { output: parseJson(text) } });
    expect(changes([having('9007199254740993')], [having('9007199254740993')])).toEqual([]);
    for (const other of ['9007199254740995', '9007199254740992', '{}'])
      expect(changes([having('9007199254740993')], [having(other)])).toEqual([
        { step_id: 'a', change: 'changed', fields: ['config.output'] },
      ]);
  });

  it('names the fields that say something else', () => {
    expect(changes([step('a', { next: 'b' })], [step('a', { timeout: 3, config: { output: [1] } })])).toEqual([
      { step_id: 'a', change: 'changed', fields: ['next', 'config.output', 'timeout'] },
    ]);
  });

  it('shows added and removed ones, and those that moved among the others', () => {
    expect(changes([step('a'), step('b'), step('c')], [step('c'), step('a'), step('d')])).toEqual([
      { step_id: 'c', change: 'moved', fields: [] },
      { step_id: 'd', change: 'added', fields: [] },
      { step_id: 'b', change: 'removed', fields: [] },
    ]);
  });

  it('shows nested steps by themselves, not as a change of the step around them', () => {
    const former = [loop('each', step('a')), parallel('both', { name: 'left', steps: [step('l')] })];
    const latter = [
      loop('each', step('a', { config: { output: 2 } }), step('n')),
      parallel('both', { name: 'right', steps: [step('l')] }),
    ];
    expect(changes(former, latter)).toEqual([
      { step_id: 'a', change: 'changed', fields: ['config.output'] },
      { step_id: 'n', change: 'added', fields: [] },
      { step_id: 'both', change: 'changed', fields: ['config.branches'] },
    ]);
  });

  it('shows a step that went into another list, changed or not', () => {
    expect(changes([loop('each', step('b')), step('a')], [loop('each', step('b'), step('a', { next: null }))])).toEqual(
      [
        { step_id: 'a', change: 'changed', fields: ['next'] },
        { step_id: 'a', change: 'moved', fields: [] },
      ],
    );
  });
});
