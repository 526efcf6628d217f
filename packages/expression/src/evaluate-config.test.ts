import { ExpressionError } from './errors.js';
import { compileConfig, evaluateConfig } from './evaluate-config.js';

const context = {
  input: { id: 7, name: 'Ada', tags: ['a'] },
  secrets: { api_key: 'sk-very-secret' },
  steps: {},
};

const config = {
  url: 'https://example.com/{{input.id}}',
  headers: { Authorization: 'Bearer {{secrets.api_key}}', 'x-{{input.id}}': 'kept' },
  body: { id: '{{input.id}}', nested: [{ tags: '{{input.tags}}' }, 1, null, true] },
  fixed: { deep: ['no template', '\\{{escaped}}'] },
};

test('values at any depth are rendered, keys never', () => {
  const { value } = evaluateConfig(config, context);
  expect(value).toEqual({
    url: 'https://example.com/7',
    headers: { Authorization: 'Bearer sk-very-secret', 'x-{{input.id}}': 'kept' },
    body: { id: 7, nested: [{ tags: ['a'] }, 1, null, true] },
    fixed: { deep: ['no template', '{{escaped}}'] },
  });
});

test('the second rendering holds no secret and is otherwise the same', () => {
  const { value, redacted } = evaluateConfig(config, context);
  expect(JSON.stringify(redacted)).not.toContain('sk-very-secret');
  expect(redacted).toEqual({
    ...(value as object),
    headers: { Authorization: '[secret]', 'x-{{input.id}}': 'kept' },
  });
});

test('without secrets both renderings are one', () => {
  const { value, redacted } = evaluateConfig({ a: ['{{input.id}}'] }, context);
  expect(redacted).toBe(value);
});

test('the configuration is not changed and constant parts are not copied', () => {
  const before = JSON.stringify(config);
  const plain = { a: [1, { b: 'x' }] };
  expect(evaluateConfig(plain, context).value).toBe(plain);
  evaluateConfig(config, context);
  expect(JSON.stringify(config)).toBe(before);
});

test('an error names the field, at compile time and at run time', () => {
  const field = (broken: unknown): unknown => {
    try {
      evaluateConfig(broken, context, { stepId: 'fetch' });
    } catch (thrown) {
      if (thrown instanceof ExpressionError) return [thrown.code, thrown.field];
    }
    return undefined;
  };
  expect(field({ headers: { Accept: '{{input.}}' } })).toEqual(['E_SYNTAX', 'headers.Accept']);
  expect(field({ body: [{ 'odd key': '{{input.nope}}' }] })).toEqual(['E_MISSING', 'body[0]["odd key"]']);
  expect(field({ a: () => 1 })).toEqual(['E_VALUE', 'a']);
  expect(field('{{nope.output}}')).toEqual(['E_ROOT', '']);
});

test('the field of the caller comes first', () => {
  expect(() => evaluateConfig(['{{input.nope}}'], context, { field: 'config', stepId: 's' })).toThrow(
    expect.objectContaining({ field: 'config[0]', stepId: 's' }) as Error,
  );
});

test('a configuration is nested at most 200 levels deep', () => {
  const nested = (levels: number): unknown =>
    Array.from({ length: levels }).reduce((inner: unknown, _, level) => (level % 2 === 0 ? [inner] : { a: inner }), 1);
  expect(() => compileConfig(nested(200))).not.toThrow();
  expect(() => compileConfig(nested(201))).toThrow(expect.objectContaining({ code: 'E_LIMIT' }) as Error);
});

test('what is rendered is not rendered again', () => {
  const tricky = { input: { a: '{{secrets.', b: 'api_key}}' }, secrets: { api_key: 'sk-very-secret' } };
  expect(evaluateConfig({ x: '{{input.a}}{{input.b}}' }, tricky).value).toEqual({ x: '{{secrets.api_key}}' });
});

test('references come with their field, for the whole configuration', () => {
  const program = compileConfig(config);
  expect(program.usesSecrets).toBe(true);
  expect(program.references.map(({ field, root, path }) => [field, root, ...path])).toEqual([
    ['url', 'input', 'id'],
    ['headers.Authorization', 'secrets', 'api_key'],
    ['body.id', 'input', 'id'],
    ['body.nested[0].tags', 'input', 'tags'],
  ]);
});

test('a __proto__ key of the configuration is dropped', () => {
  const hostile: unknown = JSON.parse('{"__proto__": {"polluted": "{{input.id}}"}, "a": "{{input.id}}"}');
  const { value } = evaluateConfig(hostile, context);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(value).toEqual({ a: 7 });
});
