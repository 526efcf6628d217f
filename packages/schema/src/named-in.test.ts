import { LOOKUP_LIMITS } from './limits.js';
import { namedIn, onlyCodeOf } from './named-in.js';

const start = (id: string, workflow_id: unknown) => ({ id, type: 'sub_workflow', config: { workflow_id } });

it('finds workflows and code at any depth', () => {
  const inner = { id: 'l', type: 'loop', config: { items: [1], steps: [start('a', 'wf_1'), start('b', 'wf_1')] } };
  const ask = { id: 'ask', type: 'ai_completion', config: { prompt: 'x', tools: [{ workflow_id: 'wf_2' }] } };
  const code = { id: 'c', type: 'code', config: { source: 'return 1' } };
  const document = { name: 'x', steps: [inner, ask, code], settings: { on_failure_workflow: 'wf_3' } };
  const { workflows, sources } = namedIn(document);
  expect([...(workflows ?? [])].sort()).toEqual(['wf_1', 'wf_2', 'wf_3']);
  expect(sources).toEqual(['return 1']);
});

it('finds code only where the definition of the type has some', () => {
  const steps = [
    { id: 'a', type: 'http', config: { url: 'https://a.example', source: 'return 1' } },
    { id: 'b', type: 'no_such_type', config: { source: 'return 2' } },
    { id: 'c', type: ['code'], config: { source: 'return 3' } },
    { id: 'd', type: 'code', config: { source: 4 } },
    { id: 'e', type: 'code', config: 'return 5' },
    { id: 'f', type: 'code', config: { source: 'return 6' } },
  ];
  expect(namedIn({ name: 'x', steps }).sources).toEqual(['return 6']);
});

it.each([[null], [7], ['text'], [[]], [{ steps: 'x' }], [start('a', 7)], [start('a', 'x'.repeat(10_000))]])(
  'finds nothing in %j',
  (document) => {
    expect(namedIn(document)).toEqual({ workflows: [], sources: [] });
  },
);

it('looks no more up than it may', () => {
  const many = Array.from({ length: LOOKUP_LIMITS.workflows + 1 }, (_, at) => start(`s${at}`, `wf_${at}`));
  expect(namedIn(many.slice(1)).workflows).toHaveLength(LOOKUP_LIMITS.workflows);
  expect(namedIn(many).workflows).toBeNull();
  const code = Array.from({ length: LOOKUP_LIMITS.sources + 1 }, (_, at) => ({
    type: 'code',
    config: { source: `${at}` },
  }));
  expect(namedIn(code).sources).toHaveLength(LOOKUP_LIMITS.sources);
});

it('goes through a document that nests without end', () => {
  let deep: unknown = start('a', 'wf_1');
  for (let level = 0; level < 50_000; level += 1) deep = [deep];
  expect(namedIn(deep).workflows).toEqual(['wf_1']);
});

test('the code of a step is found by its type, whatever else is in its config', () => {
  const config = { source: 'return 1', input: '{{nope' };
  expect(onlyCodeOf({ id: 'a', type: 'code', config })).toEqual({ type: 'code', config: { source: 'return 1' } });
  for (const step of [{ type: 'transform', config }, { type: 'code', config: { source: 1 } }, { type: 'code' }, {}])
    expect(onlyCodeOf(step)).toBeNull();
});
