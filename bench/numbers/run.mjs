// What reading and writing JSON with every digit costs: node bench/numbers/run.mjs [--quick]
// Each figure is the CPU time of `parseJson` or `stringifyJson` beside that of `JSON` for the same text, alternating, each the best of many
// short windows: what disturbs them makes them slower only.
import { parseJson, stringifyJson } from '@millrace/expression/exact';

const WINDOWS = process.argv.includes('--quick') ? 15 : 61;
const WINDOW_MS = 20;

const entry = (/** @type {unknown} */ output) => ({
  entry_id: 'e',
  execution_id: 'exec_01JDG3W8M9A4T6Y0X2B5C7D8E9',
  organisation_id: 'org_01JDG3W8M9A4T6Y0X2B5C7D8E9',
  events: [
    { type: 'step_started', at: '2026-11-26T10:11:12.345Z', path: 'each[3].call', step_type: 'http', attempt: 1 },
    {
      type: 'step_completed',
      at: '2026-11-26T10:11:12.545Z',
      path: 'each[3].call',
      started_at: '2026-11-26T10:11:12.345Z',
      output,
    },
  ],
});
const order = (/** @type {number} */ id) => ({
  id: `ord_${id}`,
  customer: { name: 'Ada Lovelace', mail: 'ada@example.com', since: '2024-02-29' },
  lines: [1, 2, 3].map((line) => ({ sku: `A-${line}`, price: 9.5 * line, count: line })),
  paid: id % 2 === 0,
});
const orders = Array.from({ length: 500 }, (_, id) => order(id));
const scores = Array.from({ length: 2_000 }, (_, index) => Math.sin(index));

/** @type {Record<string, string>} */
const TEXTS = {
  'a journal entry': JSON.stringify(
    entry({ status: 200, headers: { 'content-type': 'application/json' }, body: order(1) }),
  ),
  '500 orders': JSON.stringify(orders),
  '2,000 doubles of 16 digits and more': JSON.stringify(scores),
  'long texts': JSON.stringify(
    Array.from({ length: 100 }, () => 'The quick brown fox jumps over the lazy dog. '.repeat(40)),
  ),
  '500 orders, one exact number': JSON.stringify([...orders, 'X']).replace('"X"', '9007199254740993'),
  '2,000 exact numbers': `[${scores.map((_, index) => `90071992547409930${index}`).join()}]`,
};

/** CPU microseconds of one call. @param {() => unknown} call */
function timed(call) {
  let count = 0;
  const start = process.cpuUsage();
  const until = performance.now() + WINDOW_MS;
  while (performance.now() < until) for (let index = 0; index < 8; index++, count++) call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

/** The cost of `ours` in parts of that of `theirs`. @param {() => unknown} ours @param {() => unknown} theirs */
function ratio(ours, theirs) {
  let [best, base] = [Infinity, Infinity];
  for (let window = 0; window < WINDOWS; window++) {
    base = Math.min(base, timed(theirs));
    best = Math.min(best, timed(ours));
  }
  return (best / base).toFixed(2);
}

console.log(`${'text'.padEnd(40)}${'bytes'.padStart(9)}${'read'.padStart(8)}${'write'.padStart(8)}   × JSON alone`);
for (const [name, text] of Object.entries(TEXTS)) {
  const exact = parseJson(text);
  const plain = /** @type {unknown} */ (JSON.parse(text));
  const read = ratio(
    () => parseJson(text),
    () => JSON.parse(text),
  );
  const write = ratio(
    () => stringifyJson(exact),
    () => JSON.stringify(plain),
  );
  console.log(`${name.padEnd(40)}${String(text.length).padStart(9)}${read.padStart(8)}${write.padStart(8)}`);
}
