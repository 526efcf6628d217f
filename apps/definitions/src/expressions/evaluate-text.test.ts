import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { LIMITS } from '@millrace/contracts';
import type { StoredFile } from '@millrace/messaging';
import type { FilesOfOrganisation } from '@millrace/service-kit/expression-files';
import { evaluateText } from './evaluate-text.js';

const compiled: string[] = [];
// The real one, whose calls are noted.
jest.mock('@millrace/expression', () => {
  const actual = jest.requireActual<typeof import('@millrace/expression')>('@millrace/expression');
  return {
    ...actual,
    compileExpression: (text: string) => {
      compiled.push(text);
      return actual.compileExpression(text);
    },
  };
});

const surroundings = { now: Date.UTC(2026, 0, 31), random: () => () => 0.5, computedMs: () => 0 };
const evaluate = (kind: 'expression' | 'template' | 'condition', text: string, context = {}, more = {}) =>
  evaluateText({ organisation_id: 'org_1', kind, text, context, ...more }, surroundings, undefined);

describe('evaluating a text', () => {
  it.each([
    ['input.a', { input: { a: 'x' } }, 'x', 'text'],
    ['input.a + 1', { input: { a: 1 } }, 2, 'number'],
    ['a.output', { steps: { a: { output: [1] } } }, [1], 'array'],
    ['{a: item}', { item: true }, { a: true }, 'object'],
    ['null', {}, null, 'null'],
    ['secrets.key', { secrets: { key: 'given' } }, 'given', 'text'],
    ['random()', {}, 0.5, 'number'],
  ])('%s gives value and type', async (text, context, value, type) => {
    expect(await evaluate('expression', text, context)).toEqual({ value, type, error: null });
  });

  it('keeps the type of a template that is one expression, and makes text of others', async () => {
    expect(await evaluate('template', '{{input}}', { input: 1 })).toMatchObject({ value: 1, type: 'number' });
    expect(await evaluate('template', 'n={{input}}', { input: 1 })).toMatchObject({ value: 'n=1', type: 'text' });
  });

  it('takes conditions, in which braces are parentheses', async () => {
    expect(await evaluate('condition', '{{input}} > 1', { input: 2 })).toMatchObject({ value: true, type: 'boolean' });
    expect(await evaluate('condition', 'input', { input: 2 })).toMatchObject({ type: null, error: { code: 'E_COND' } });
  });

  it('keeps every digit', async () => {
    const context = parseJson('{"input": 9007199254740993}') as object;
    expect(stringifyJson(await evaluate('expression', 'input + 1', context))).toBe(
      '{"value":9007199254740994,"type":"number","error":null}',
    );
  });

  it('says where a mistake is', async () => {
    const { value, type, error } = await evaluate('expression', 'input.a.b', { input: { a: null } });
    expect([value, type]).toEqual([null, null]);
    expect(error).toMatchObject({ code: 'E_NULL', span: [8, 9], line: 1, column: 9 });
    expect(error?.frame).toContain('^');
    expect((await evaluate('template', 'x {{input.}}')).error).toMatchObject({ code: 'E_SYNTAX', line: 1 });
    expect((await evaluate('expression', 'input.a', { input: {} })).error).toMatchObject({ missing_path: 'input.a' });
    expect((await evaluate('template', '[{{input.a}}]', { input: {} }, { missing: 'empty' })).value).toBe('[]');
  });

  it('has the limits of a step', async () => {
    const input = Array.from({ length: 50_000 }, (_, index) => index);
    const { error } = await evaluate('expression', 'input.map(a => input.map(b => a * b))', { input });
    expect(error?.code).toBe('E_LIMIT');
  });

  it('refuses what only a newer gateway asks for', async () => {
    const asked = { organisation_id: 'org_1', kind: 'poem' as 'template', text: 'x', context: {} };
    await expect(evaluateText(asked, surroundings, undefined)).rejects.toThrow('cannot evaluate');
  });
});

describe('files', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'large'];
  /** Files of `org_1` alone; each has its own id as its content. */
  const store = {
    find: (organisationId: string, id: string) =>
      Promise.resolve(
        organisationId === 'org_1' && ids.includes(id)
          ? ({ id, size: id === 'large' ? LIMITS.expressionFileBytes + 1 : id.length } as StoredFile)
          : null,
      ),
    async *read(_: string, { id }: StoredFile) {
      await Promise.resolve();
      yield Buffer.from(id);
    },
  };
  const read = (text: string, organisation_id = 'org_1', files: FilesOfOrganisation['files'] = store) =>
    evaluateText({ organisation_id, kind: 'expression', text, context: {} }, surroundings, files);
  const file = (id: string) => `{file: {id: "${id}"}}`;

  it('are read as by a step, each once', async () => {
    const text = `[text(${file('a')}), base64(${file('b')}), text(${file('a')}), random()]`;
    compiled.length = 0;
    expect(await read(text)).toEqual({ value: ['a', 'Yg==', 'a', 0.5], type: 'array', error: null });
    // A long text takes longer to be compiled than to be evaluated.
    expect(compiled).toEqual([text]);
  });

  it('of others are not there, nor is what does not exist, and what is too large is not read', async () => {
    const others = await read(`text(${file('a')})`, 'org_2');
    const nowhere = { ...store, find: () => Promise.resolve(null) };
    expect(others).toEqual(await read(`text(${file('a')})`, 'org_1', nowhere));
    expect(others.error).toMatchObject({ code: 'FILE_NOT_FOUND', line: 1, column: 1 });
    expect((await read(`text(${file('large')})`)).error).toMatchObject({
      code: 'FILE_TOO_LARGE',
      frame: expect.stringMatching(/^Expressions read files of at most/) as unknown,
    });
  });

  it('are not read for who may not read them', async () => {
    const asked = { organisation_id: 'org_1', kind: 'expression', text: `text(${file('a')})`, context: {} } as const;
    expect((await evaluateText(asked, surroundings, undefined)).error).toMatchObject({ code: 'E_FILE' });
  });

  it('cost what they have evaluated again: all of it together has the limits of one step', async () => {
    const much = 'sum(range(0, 20000).map(n => n))';
    const withFiles = (count: number) =>
      `[${much}, ${ids
        .slice(0, count)
        .map((id) => `text(${file(id)})`)
        .join()}]`;
    expect((await read(withFiles(1))).error).toBeNull();
    expect((await read(withFiles(6))).error).toMatchObject({ code: 'E_LIMIT' });
  });
});
