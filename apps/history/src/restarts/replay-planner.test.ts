import type { ExecutionEvent } from '@millrace/contracts';
import { marksOf, planWorkflow, STEP_TYPES } from '@millrace/schema';
import { planReplay } from './replay-planner.js';
import { SourceReading } from './source-reading.js';

const at = '2026-11-25T09:00:00.000Z';
const http = (id: string, rest: object = {}) => ({ id, type: 'http', config: { url: 'https://example.com' }, ...rest });
const transform = (id: string) => ({ id, type: 'transform', config: { output: 1 } });

function completed(path: string, step_type: string, rest: object = {}): ExecutionEvent[] {
  const of = { at, path, step_type, attempt: 1 };
  return [
    { type: 'step_started', ...of },
    { type: 'step_completed', ...of, started_at: at, output: 1, ...rest },
  ];
}

function plan(events: readonly ExecutionEvent[], steps: readonly object[], fromStep?: string) {
  const source = new SourceReading();
  source.add({ events });
  const target = { executionId: 'exec_1', workflowId: 'wf_1', version: 2, plan: planWorkflow({ name: 'x', steps }), fromStep }; // prettier-ignore
  return planReplay(source, target);
}

const RECORDED = [
  ...completed('a', 'http'),
  ...completed('each[0].call', 'http'),
  ...completed('each[1].call', 'http'),
  ...completed('each', 'loop'),
  ...completed('b', 'transform'),
];

it('repeats the side effects of all steps that are not reused, those in loops counted', () => {
  const { plan: made, reused } = plan(RECORDED, [http('a'), transform('b')], 'b');
  expect(reused).toEqual(['a']);
  expect(made).toMatchObject({
    steps: [
      { step_id: 'a', action: 'reuse' },
      { step_id: 'b', action: 'run' },
    ],
    repeats: [{ path: 'each[].call', type: 'http', runs: 2 }],
    repeats_total: 1,
  });
});

it('without a step does everything again', () => {
  const { plan: made, reused } = plan(RECORDED, [http('a'), transform('b')]);
  expect(reused).toEqual([]);
  expect(made.repeats.map(({ path, runs }) => `${path} ${runs}`)).toEqual(['a 1', 'each[].call 2']);
});

it('repeats side effects of those types alone whose steps start executions or reach outside, and of types that it does not know', () => {
  const types = [...STEP_TYPES, 'of_a_later_version'];
  const { repeats } = plan(
    types.flatMap((type) => completed(type, type)),
    [transform('other')],
  ).plan;
  const repeated = repeats.map(({ type }) => type);
  const lasting: readonly unknown[] = ['executions', 'outside', null];
  expect(repeated).toEqual(types.filter((type) => lasting.includes(marksOf(type).reaches)));
  expect(repeated).toEqual(expect.arrayContaining(['http', 'email', 'sub_workflow', 'of_a_later_version']));
  for (const inside of ['code', 'transform', 'loop', 'wait', 'approval']) expect(repeated).not.toContain(inside);
});

it('never takes over what people have approved, in a loop or not: it may be something else now', () => {
  const approval = { id: 'allow', type: 'approval', config: { message: 'Pay {{input.amount}}?' } };
  const loop = { id: 'each', type: 'loop', config: { items: '{{input.items}}', steps: [approval] } };
  for (const [step, events] of [
    [approval, completed('allow', 'approval')],
    [loop, [...completed('each[0].allow', 'approval'), ...completed('each', 'loop')]],
  ] as const) {
    expect(() => plan(events, [step, http('pay')], 'pay')).toThrow(
      expect.objectContaining({ code: 'REUSE_IMPOSSIBLE', details: { step_id: step.id } }),
    );
    expect(plan(events, [step, http('pay')], step.id).reused).toEqual([]);
  }
});

it.each([
  ['of another type', [transform('a'), transform('b')], 'a', 'is of type transform there, and was of type http'],
  ['of which there is no result', [http('a'), http('added'), transform('b')], 'added', 'has no result of it'],
  ['that is not there', [http('a')], 'b', 'has no step "b" of its own'],
])('refuses a step %s, and says which', (_, steps, step_id, message) => {
  expect(() => plan(RECORDED, steps, 'b')).toThrow(
    expect.objectContaining({
      code: 'REUSE_IMPOSSIBLE',
      details: { step_id },
      message: expect.stringContaining(message) as string,
    }),
  );
});

it('does not show what was sealed', () => {
  const events = completed('a', 'http', { sealed: 'v1.k1.x.y' });
  expect(() => plan(events, [http('a'), transform('b')], 'b')).toThrow('its output is secret');
  expect(plan(events, [http('a', { secrets_in_output: true }), transform('b')], 'b').reused).toEqual(['a']);
});
