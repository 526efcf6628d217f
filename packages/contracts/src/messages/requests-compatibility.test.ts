import { z } from 'zod';
import { current, definitions, payloadsOf, releases, sidesOf } from '../../test/release-payloads.fixture.js';
import { closedIn, lackingIn, withNewer } from '../../test/schema-walk.fixture.js';
import * as contracts from '../index.js';
import { defineRequest } from '../message.js';
import { executionEventSchema } from './execution-events.js';

/*
 * Questions and answers between services of two releases, as in compatibility.test.ts. Upgrades begin with who is asked most and end with the gateway, which asks; going
 * back it is the other way round (docs/operate.md): so an older one reads answers of a newer one, and Helm and Compose, which replace all at once, bring the opposite too.
 */

const requests = current.requests ?? {};
const sides = Object.entries(requests).flatMap(([name, exchange]) => {
  const { question, answer } = definitions.requests.get(name)!;
  const { questions, answers } = sidesOf(exchange);
  return [
    { side: `${name}?`, schema: question, payloads: questions },
    { side: `${name}!`, schema: answer, payloads: answers },
  ];
});

/** Members of questions and answers that whoever reads them writes into messages and records: nothing of them may get lost. */
const KEPT: { readonly [side: string]: readonly string[] } = {
  'PlanRestart!': ['trigger', 'reuse'],
  'PlanTest!': ['test'],
  'ReadRecordedState!': ['started'],
  'ReadReused?': ['reuse'],
  'ReadReused!': ['events'],
};

describe('the payloads of the current release', () => {
  it('are of every question and answer', () => {
    expect(Object.keys(requests).sort()).toEqual([...definitions.requests.keys()].sort());
  });

  it('have each member, in each object', () => {
    expect(sides.flatMap(({ side, schema, payloads }) => lackingIn(schema, payloads, side))).toEqual([]);
  });
});

const earlier = releases.flatMap((release) =>
  Object.entries(payloadsOf(release).requests ?? {}).map(([name, exchange]) => ({ release, name, exchange })),
);

it.each(earlier)('payloads of $name of $release still parse, and lose nothing', ({ name, exchange }) => {
  const { question, answer } = definitions.requests.get(name)!;
  const { questions, answers } = sidesOf(exchange);
  // Beside what was there, readers find the defaults of members that are newer.
  for (const payload of questions) expect(question.parse(payload)).toMatchObject(payload);
  for (const payload of answers) expect(answer.parse(payload)).toMatchObject(payload);
});

describe('what only a newer release knows', () => {
  it.each(sides)('does no harm in $side, in no object of it', ({ schema, payloads }) => {
    for (const payload of payloads) expect(schema.parse(withNewer(schema, payload))).toMatchObject(payload);
  });

  it.each(Object.entries(KEPT))('stays in what is written again of %s', (name, members) => {
    const { schema, payloads } = sides.find(({ side }) => side === name)!;
    for (const member of members) {
      const payload = payloads
        .map((one) => withNewer(schema, one) as Record<string, unknown>)
        .find((one) => member in one);
      expect(JSON.stringify(payload?.[member])).toContain('later');
      expect((schema.parse(payload) as Record<string, unknown>)[member]).toEqual(payload?.[member]);
    }
  });

  it('may be any name in an answer, and any value where there is one', () => {
    expect(sides.flatMap(({ side, schema }) => (side.endsWith('!') ? closedIn(schema, side) : []))).toEqual([]);
    const { GetLoopSummary } = contracts;
    const summary = { ...requests['GetLoopSummary']!.answer, status: 'hibernating' };
    expect(GetLoopSummary.answer.parse(summary)).toEqual(summary);
  });

  it.each(['ListApprovals', 'ListEventDeliveries', 'ListExecutions', 'ListWebhookCalls', 'ListWorkflows'])(
    'may be what %s is filtered by, of which there is nothing yet',
    (name) => {
      const { question } = requests[name]!;
      const asked = { ...question, ['verdict' in question ? 'verdict' : 'status']: 'hibernating' };
      expect(definitions.requests.get(name)?.question.parse(asked)).toEqual(asked);
    },
  );

  it('is refused where it names what is asked for', () => {
    expect(contracts.SetStarts.question.safeParse({ paused: 'later', reason: null }).success).toBe(false);
    const profile = { service: 'executor', instance: 'a-1', address: null, request_id: 'req_1' };
    const { question } = contracts.RecordProfile;
    expect(question.parse({ ...profile, kind: 'cpu', later: 1 })).toEqual({ ...profile, kind: 'cpu' });
    expect(question.safeParse({ ...profile, kind: 'wall' }).success).toBe(false);
  });
});

describe('a question that is declared strictly', () => {
  const name = z.enum(['a', 'b']);
  const inner = z.strictObject({ name, on: z.literal(true).optional() });
  const kinds = z.discriminatedUnion('type', [z.strictObject({ type: z.literal('one'), inner })]);
  const schema = z
    .strictObject({
      inner,
      list: z.array(inner.nullable()),
      by: z.record(z.string(), inner.optional()),
      kinds,
      either: z.union([z.strictObject({ n: z.number() }), inner]).default({ n: 1 }),
      even: z.int().refine((value) => value % 2 === 0),
    })
    .refine(({ even }) => even < 10, { path: ['even'] });
  const { question, answer } = defineRequest({ subject: 'x.y', question: schema, answer: schema });
  const known = { name: 'a' as const, on: true as const };
  const payload = {
    inner: known,
    list: [known, null],
    by: { x: known },
    kinds: { type: 'one' as const, inner: known },
    even: 2,
  };

  it('takes members that are not known, in each object, and no other names', () => {
    expect(schema.safeParse(withNewer(schema, payload)).success).toBe(false);
    expect(question.parse(withNewer(schema, payload))).toEqual({ ...payload, either: { n: 1 } });
    expect(question.safeParse({ ...payload, inner: { name: 'c' } }).success).toBe(false);
    expect(question.safeParse({ ...payload, inner: { name: 'a', on: false } }).success).toBe(false);
  });

  it('is as an answer open to names and values too', () => {
    const other = { name: 'c', on: false };
    const newer = {
      ...payload,
      inner: other,
      list: [other],
      by: { x: other },
      kinds: { type: 'one', inner: other },
      either: other,
    };
    expect(answer.parse(withNewer(schema, newer))).toEqual(newer);
  });

  it('keeps its other rules, and stays as it is declared', () => {
    for (const side of [question, answer]) {
      const parse = (value: unknown) => side.parse(value);
      expect(() => parse({ ...payload, even: 3 })).toThrow();
      expect(() => parse({ ...payload, even: 12 })).toThrow();
      expect(() => parse({ ...payload, kinds: { type: 'two' } })).toThrow();
      expect(() => parse({ ...payload, inner: { name: 7 } })).toThrow();
    }
    expect(schema.safeParse(payload).success).toBe(true);
    expect(
      defineRequest({ subject: 'x.z', question: executionEventSchema, answer: executionEventSchema }).answer.parse({
        type: 'new',
        at: 'x',
      }),
    ).toEqual({ type: 'new', at: 'x' });
  });
});
