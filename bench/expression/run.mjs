// Compares expression engines: node bench/expression/run.mjs [--quick]
// Each engine runs in processes of its own (3, with --quick 1); a figure is the median of them, each the median of 7 windows
// of CPU time, so that other work on the machine disturbs little. 64 differently shaped contexts, ten expressions.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { table } from '@millrace/local/table';
import { ENGINES } from './engines.mjs';

/** @typedef {{ name: string, title: string, safe: boolean, cached: number, uncached: number | null, lambda: number | null }} Figures */

const quick = process.argv.includes('--quick');
const worker = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/** @param {(number | null)[]} values */
function median(values) {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known.length === 0 ? null : (known[known.length >> 1] ?? null);
}

/** @param {string} name @returns {Figures} */
function measure(name) {
  /** @type {Figures[]} */
  const runs = Array.from({ length: quick ? 1 : 3 }, () =>
    JSON.parse(execFileSync(process.execPath, [worker, name, quick ? '60' : '150'], { encoding: 'utf8' })),
  );
  const [first] = runs;
  if (first === undefined) throw new Error('no run');
  const figure = (/** @type {'cached' | 'uncached' | 'lambda'} */ key) => median(runs.map((run) => run[key]));
  return { ...first, cached: figure('cached') ?? 0, uncached: figure('uncached'), lambda: figure('lambda') };
}

/** @param {number | null} rate */
function rateText(rate) {
  if (rate === null) return '-';
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(1)} M`;
  return rate >= 1e4 ? `${(rate / 1e3).toFixed(0)} k` : `${(rate / 1e3).toFixed(1)} k`;
}

/** @param {number | null} rate @param {number | null | undefined} base */
const ratio = (rate, base) =>
  rate === null || base === null || base === undefined ? '-' : `${((100 * rate) / base).toFixed(1)} %`;

const figures = Object.keys(ENGINES).map(measure);
const [native] = figures;
const header = ['engine', 'safe', 'cached/s', 'of native', 'uncached/s', 'filter+map/s', 'of native'];
const rows = figures.map((row) => [
  row.title,
  row.safe ? 'yes' : 'no',
  rateText(row.cached),
  ratio(row.cached, native?.cached),
  rateText(row.uncached),
  rateText(row.lambda),
  ratio(row.lambda, native?.lambda),
]);
console.log(table(header, rows, { texts: [0, 1] }));

const ours = figures.find((row) => row.name === 'millrace');
const others = figures.filter((row) => row.safe && !row.name.startsWith('millrace'));
/** @type {[string, boolean][]} */
const goals = [
  ['cached >= 13 % of native', (ours?.cached ?? 0) >= 0.13 * (native?.cached ?? Infinity)],
  ['cached ahead of every safe library', others.every((row) => (ours?.cached ?? 0) > row.cached)],
  ['filter+map ahead of every safe library', others.every((row) => (ours?.lambda ?? 0) > (row.lambda ?? 0))],
  ['uncached ahead of every safe library', others.every((row) => (ours?.uncached ?? 0) > (row.uncached ?? 0))],
  ['uncached >= 0.4 M/s', (ours?.uncached ?? 0) >= 4e5],
];
for (const [goal, reached] of goals) console.log(`${reached ? 'reached' : 'MISSED '}  ${goal}`);
