import { analyzeCondition, analyzeTemplate } from '../src/analyze.js';
import { compileTemplate } from '../src/template.js';
import { cpuTimer } from './oracles.js';

const LENGTH = 262_000;
const many = (piece: string): string => piece.repeat(Math.floor(LENGTH / piece.length));
/** As many lists of as many parts as a template may have. */
const lists = (item: string): string => `{{[${item.repeat(Math.floor(9_000 / item.length))}1]}}`.repeat(25);
const steps = Array.from({ length: 500 }, (_, index) => `${'step'.repeat(14)}${String(index)}`);

const SOURCES: readonly (readonly [string, string])[] = [
  ['unknown functions', lists('trin(),')],
  ['unknown methods', lists('a.trin(),')],
  ['unknown long functions', lists(`${'toUpper'.repeat(9)}(),`)],
  ['unknown steps', lists(`${'step'.repeat(14)}x,`)],
  ['unknown names in many pieces', many('{{stpe}}')],
  ['lines before faults', `${'\n'.repeat(200_000)}${lists('trin(),').slice(0, 60_000)}`],
  ['unclosed texts', many('{{"')],
  ['unclosed braces', many('{{')],
  ['closed nothing', many('{{ }}')],
  ['backslashes', many('\\')],
  ['escaped braces', many('\\{{')],
  ['brackets', many('{{[[')],
  ['deep brackets', many(`{{${'['.repeat(45)}`)],
  ['minus signs', many('{{-')],
  ['numbers', `{{${'9'.repeat(9_990)}}}`.repeat(26)],
  ['exponents', many('{{1e')],
  ['letters outside ASCII', many('{{ä')],
  ['chains', `{{${'a.'.repeat(47)}a}}`.repeat(400)],
  ['lambdas', `{{${'a.map(x=>'.repeat(20)}x${')'.repeat(20)}}}`.repeat(400)],
  ['choices', `{{${'a?b:'.repeat(40)}c}}`.repeat(400)],
  ['interpolations', `{{${'"{{'.repeat(20)}`.repeat(400)],
];

/** Milliseconds of CPU; what is quadratic in one of these takes minutes. */
const SECONDS = 2_500;

test.each(SOURCES)('%s are analysed and compiled in time that grows with their length', (_, source) => {
  const elapsed = cpuTimer();
  expect(
    analyzeTemplate(source, { steps, secrets: steps, variables: steps, env: steps }).errors.length,
  ).toBeLessThanOrEqual(100);
  analyzeCondition(source.slice(0, 10_000), { steps });
  try {
    compileTemplate(source);
  } catch {
    // Most are refused; how long that takes is what matters.
  }
  expect(elapsed()).toBeLessThan(SECONDS);
});
