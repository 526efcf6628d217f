import { LIMITS } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { aScope, options } from '../../test/support/scope.js';
import { CodeThreads, type AskedCode, type CodeReply } from '../code/code-threads.js';
import { code } from './code.step.js';
import type { EffectCall } from './step-handler.js';

const threads = new CodeThreads();
afterAll(() => threads.close());

let log: readonly string[] = [];
let read = 0;
const call = {
  organisationId: 'org_1',
  signal: new AbortController().signal,
  onBytesRead: (bytes: number) => (read = bytes),
  onLog: (lines: readonly string[]) => (log = lines),
} as unknown as EffectCall;

const run = (
  source: string,
  input: unknown = null,
  config: object = { input: '{{input}}' },
  on: Pick<CodeThreads, 'run'> = threads,
) => code({ threads: on }).compile({ language: 'javascript', source, ...config })(aScope({ input }), options)(call);
const replying = (reply: CodeReply): Pick<CodeThreads, 'run'> => ({ run: () => Promise.resolve(reply) });

describe('a code step', () => {
  it('gives its code the evaluated input, and returns what that returns', async () => {
    expect(await run('return input.map((n) => n * 2)', [1, 2])).toEqual([2, 4]);
    expect(await run('return input', 3, { input: { a: ['{{input}}'] } })).toEqual({ a: [3] });
    expect(await run('return typeof input', 1, {})).toBe('undefined');
  });

  it('hands numbers on with every digit', async () => {
    const input = parseJson(
      '{"id": 9007199254740993, "amount": [0.1234567890123456789, 1e400], "text": "9007199254740993"}',
    );
    expect(stringifyJson(await run('return input', input))).toBe(stringifyJson(input));
    expect(await run('return [String(input.id), input.id > 9e15, typeof input.text]', input)).toEqual([
      '9007199254740993',
      true,
      'string',
    ]);
    expect(stringifyJson(await run('return { next: BigInt(String(input.id)) + 1n }', input))).toBe(
      '{"next":9007199254740994}',
    );
  });

  it('says how much of its output is in memory', async () => {
    await run('return "x".repeat(1000)');
    expect(read).toBe('"x"'.length + 999);
  });

  it('has what the code wrote to its console', async () => {
    await run('console.log(input)', 'hello');
    expect(log).toEqual(['hello']);
  });

  it.each([
    ['null.x', 'CODE_FAILED'],
    ['await new Promise(() => {})', 'CODE_FAILED'],
    ['let a = []; for (let i = 0; i < 500; i++) a = [a]; return a', 'OUTPUT_TOO_LARGE'],
  ])('%s fails with %s', async (source, failure) => {
    await expect(run(source)).rejects.toMatchObject({ code: failure, retryable: false });
  });

  it.each([
    ['time', 'CODE_TIMEOUT'],
    ['memory', 'CODE_OUT_OF_MEMORY'],
    ['output', 'OUTPUT_TOO_LARGE'],
  ] as const)('what ends by its %s fails with %s', async (failure, expected) => {
    const ended = replying({ failure, message: '', log: [] });
    await expect(run('return 1', 1, {}, ended)).rejects.toMatchObject({ code: expected });
  });

  it('refuses what is no data, and an input that is too large', async () => {
    await expect(run('return 1', 1, {}, replying({ json: '}{', log: [] }))).rejects.toMatchObject({
      code: 'CODE_FAILED',
    });
    const quarter = 'x'.repeat(LIMITS.stepOutputBytes / 4);
    expect(() => run('return 1', quarter, { input: ['{{input}}', '{{input}}', '{{input}}', '{{input}}'] })).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED' }) as Error,
    );
  });

  it('makes no text of its input before its turn', async () => {
    const asked: (() => AskedCode)[] = [];
    const waiting: Pick<CodeThreads, 'run'> = {
      run: (_owner, ask) => (asked.push(ask), Promise.resolve({ json: '1', log: [] })),
    };
    const made = jest.spyOn(JSON, 'stringify');
    await run('return 1', ['x'], {}, waiting);
    await run('return 1', ['x'], { input: '{{input}}' }, waiting);
    const before = made.mock.calls.length;
    const inputs = asked.map((ask) => ask().input);
    const during = made.mock.calls.length - before;
    made.mockRestore();
    expect([before, during, inputs]).toEqual([0, 1, [undefined, '["x"]']]);
  });

  it('makes no prototype of a member', async () => {
    const output = (await run('return JSON.parse(\'{"__proto__": {"a": 1}}\')')) as Record<string, unknown>;
    expect(output['a']).toBeUndefined();
  });
});
