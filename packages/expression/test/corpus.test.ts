import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExpressionError } from '../src/errors.js';
import type { ExpressionContext } from '../src/evaluation.js';
import type { CompileOptions } from '../src/expression.js';
import { toPlain } from '../src/plain.js';
import type { ProgramMode } from '../src/program.js';
import { cpuTimer, HANGS, expectHostUntouched, type Outcome, run, toContext } from './oracles.js';

interface Payload {
  readonly name: string;
  readonly category: string;
  readonly mode: ProgramMode;
  readonly expression: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly contextJs?: string;
  readonly expect: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(__dirname, 'corpora', name), 'utf8'));
const payloads = read('expression-attacks.json') as readonly Payload[];
const defaultContext = read('expression-attacks.context.json') as Readonly<Record<string, unknown>>;

/** The context of a payload; `contextJs` is trusted source for values that JSON cannot carry. */
function contextOf(payload: Payload): ExpressionContext {
  if (payload.contextJs === undefined) return toContext(payload.context ?? structuredClone(defaultContext));
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- fixture of this repository, not input
  const make = new Function(`return ${payload.contextJs}`) as () => Readonly<Record<string, unknown>>;
  return toContext(make());
}

/** Whether an outcome is one of those a payload allows. */
function expectAllowed(payload: Payload, outcome: Outcome): void {
  if ('error' in outcome) {
    expect(payload.expect).toMatch(/reject|missing|limit|no-proto|unchanged/);
    return;
  }
  const { value } = outcome;
  switch (payload.expect) {
    case 'missing':
      expect(value).toBeNull();
      break;
    case 'false':
      expect(value).toBe(false);
      break;
    case 'reject-or-null':
    case 'reject-or-empty':
      expect([null, '']).toContain(value);
      break;
    case 'reject-or-false':
      expect(value).toBe(false);
      break;
    case 'no-proto':
      expect(value).not.toHaveProperty('polluted');
      break;
    case 'literal':
      expect(JSON.stringify(value)).not.toContain('sk-test');
      break;
    default:
      expect(payload.expect).toMatch(/^(data|unchanged|limit-or-data|reject-or-data)$/);
  }
}

function outcomeText(outcome: Outcome): string {
  if ('value' in outcome) return JSON.stringify(outcome.value);
  const { code, message } = outcome.error;
  // Steps or time: which of them is over first can differ from run to run.
  return code === 'E_LIMIT' ? code : `${code} ${message}`;
}

/** Runs a payload three times: the program comes from the cache the last time. */
function attack(payload: Payload, context: ExpressionContext, options?: CompileOptions): void {
  const before = payload.contextJs === undefined ? JSON.stringify(context) : undefined;
  const heap = process.memoryUsage().heapUsed;
  const elapsed = cpuTimer();
  const first = run(payload.mode, payload.expression, context, options);
  expect(elapsed()).toBeLessThan(HANGS);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64 * 2 ** 20);
  if (payload.expect !== 'any') expectAllowed(payload, first);
  for (let again = 0; again < 2; again++) {
    expect(outcomeText(run(payload.mode, payload.expression, context, options))).toBe(outcomeText(first));
  }
  if (before !== undefined) expect(JSON.stringify(context)).toBe(before);
}

/** Accessors and Proxies run host code when read; the input contract keeps them out (see toPlain). */
const isHostCode = (payload: Payload): boolean => /\bget |Proxy|defineProperty/.test(payload.contextJs ?? '');

describe('the attack corpus', () => {
  test('is whole', () => {
    expect(payloads.length).toBe(172);
  });

  test.each(
    payloads.filter((payload) => !isHostCode(payload)).map((payload) => [payload.category, payload.name, payload]),
  )('%s: %s', (_, __, payload) => {
    attack(payload, contextOf(payload));
  });

  test.each(payloads.filter((payload) => payload.contextJs !== undefined).map((payload) => [payload.name, payload]))(
    'behind the input contract: %s',
    (_, payload) => {
      const context = contextOf(payload);
      let plain: ExpressionContext;
      try {
        plain = toPlain(context) as ExpressionContext;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ExpressionError);
        expectHostUntouchedButTraps(payload);
        return;
      }
      // What was dangerous is gone, so any result is fine that keeps the other oracles.
      attack({ ...payload, expect: 'any' }, plain);
    },
  );

  test.each(payloads.filter((payload) => payload.category === 'dos').map((payload) => [payload.name, payload]))(
    'with the length limit raised: %s',
    (_, payload) => {
      attack(payload, contextOf(payload), {
        limits: { sourceLength: 5_000_000, templateLength: 5_000_000, nodes: 1_000_000 },
      });
    },
  );
});

/** A trap of a Proxy may run while it is being copied; nothing else may. */
function expectHostUntouchedButTraps(payload: Payload): void {
  if (/Proxy/.test(payload.contextJs ?? '')) Reflect.deleteProperty(globalThis, '__pwned');
  expectHostUntouched();
}
