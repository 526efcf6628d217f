import { ExpressionError } from '../errors.js';
import { evaluateConfig } from '../evaluate-config.js';
import { compileExpression } from '../expression.js';
import { LIMITS } from '../limits.js';

const context = {
  input: { file: { file: { id: 'f1' } }, other: { id: 'f1' }, inside: { id: 'file_1', size: 3 } },
  steps: {},
};
const run = (text: string, content?: Uint8Array) =>
  compileExpression(text).evaluate(context, { files: new Map(content === undefined ? [] : [['f1', content]]) });

function errorOf(text: string, options: object): ExpressionError {
  try {
    compileExpression(text).evaluate(context, options);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
  }
  throw new Error('It did not fail');
}

it('reads what is given, also without the mark of its encoding', () => {
  expect(run('text(input.file)', Buffer.from('Grüße'))).toBe('Grüße');
  expect(run('input.file.text().length', Buffer.from('\ufeffabc'))).toBe(3);
  expect(run('base64(input.file)', Uint8Array.of(0, 255, 128))).toBe('AP+A');
});

it('names the file whose content is not there, so that it can be loaded', () => {
  expect(errorOf('text(input.file)', { files: new Map() })).toMatchObject({ code: 'E_FILE', file: 'f1' });
  const inConfig = (): unknown => evaluateConfig({ a: ['{{text(input.file)}}'] }, context, { files: new Map() });
  expect(inConfig).toThrow(expect.objectContaining({ field: 'a[0]', file: 'f1' }) as Error);
  const nowhere = errorOf('text(input.file)', {});
  expect([nowhere.code, nowhere.file]).toEqual(['E_FILE', undefined]);
  expect(nowhere.toJSON()).not.toHaveProperty('file');
});

it('says what is no file, and no text', () => {
  expect(errorOf('text(input.other)', { files: new Map() })).toMatchObject({ code: 'E_VALUE' });
  expect(errorOf('text(input.other)', { files: new Map() }).message).toContain('another object');
  expect(errorOf('base64(input.inside)', { files: new Map() }).message).toContain('give the value around it');
  expect(errorOf('text("f1")', { files: new Map() })).toMatchObject({ code: 'E_TYPE' });
  expect(() => run('text(input.file)', Uint8Array.of(0xff, 0xfe))).toThrow('no UTF-8 text');
  expect(() => run('base64(input.file)', new Uint8Array(LIMITS.textLength))).toThrow('at most');
});
