import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { evaluateText } from './evaluate-text.js';

const surroundings = { now: Date.UTC(2026, 0, 31), random: () => 0.5, computedMs: () => 0 };
const evaluate = (kind: 'expression' | 'template' | 'condition', text: string, context = {}, more = {}) =>
  evaluateText({ organisation_id: 'org_1', kind, text, context, ...more }, surroundings);

describe('evaluating a text', () => {
  it.each([
    ['input.a', { input: { a: 'x' } }, 'x', 'text'],
    ['input.a + 1', { input: { a: 1 } }, 2, 'number'],
    ['a.output', { steps: { a: { output: [1] } } }, [1], 'array'],
    ['{a: item}', { item: true }, { a: true }, 'object'],
    ['null', {}, null, 'null'],
    ['secrets.key', { secrets: { key: 'given' } }, 'given', 'text'],
    ['random()', {}, 0.5, 'number'],
  ])('%s gives value and type', (text, context, value, type) => {
    expect(evaluate('expression', text, context)).toEqual({ value, type, error: null });
  });

  it('keeps the type of a template that is one expression, and makes text of others', () => {
    expect(evaluate('template', '{{input}}', { input: 1 })).toMatchObject({ value: 1, type: 'number' });
    expect(evaluate('template', 'n={{input}}', { input: 1 })).toMatchObject({ value: 'n=1', type: 'text' });
  });

  it('takes conditions, in which braces are parentheses', () => {
    expect(evaluate('condition', '{{input}} > 1', { input: 2 })).toMatchObject({ value: true, type: 'boolean' });
    expect(evaluate('condition', 'input', { input: 2 })).toMatchObject({ type: null, error: { code: 'E_COND' } });
  });

  it('keeps every digit', () => {
    const context = parseJson('{"input": 9007199254740993}') as object;
    expect(stringifyJson(evaluate('expression', 'input + 1', context))).toBe(
      '{"value":9007199254740994,"type":"number","error":null}',
    );
  });

  it('says where a mistake is', () => {
    const { value, type, error } = evaluate('expression', 'input.a.b', { input: { a: null } });
    expect([value, type]).toEqual([null, null]);
    expect(error).toMatchObject({ code: 'E_NULL', span: [8, 9], line: 1, column: 9 });
    expect(error?.frame).toContain('^');
    expect(evaluate('template', 'x {{input.}}').error).toMatchObject({ code: 'E_SYNTAX', line: 1 });
    expect(evaluate('expression', 'input.a', { input: {} }).error).toMatchObject({ missing_path: 'input.a' });
    expect(evaluate('template', '[{{input.a}}]', { input: {} }, { missing: 'empty' }).value).toBe('[]');
  });

  it('has the limits of a step', () => {
    const input = Array.from({ length: 50_000 }, (_, index) => index);
    const { error } = evaluate('expression', 'input.map(a => input.map(b => a * b))', { input });
    expect(error?.code).toBe('E_LIMIT');
  });

  it('refuses what only a newer gateway asks for', () => {
    const asked = { organisation_id: 'org_1', kind: 'poem' as 'template', text: 'x', context: {} };
    expect(() => evaluateText(asked, surroundings)).toThrow('cannot evaluate');
  });
});
