import { table } from '@millrace/local/table';
import { percentile } from '../lib/percentile.mjs';
import { anEffectCall, SCOPE } from './effect-call.mjs';
import { built } from './scene.mjs';
import { verdict } from '../lib/verdict.mjs';

const RUNS = 200;
const WARM_BUDGET_MS = 5;

/**
 * A `code` step, one after the other in a warm thread, against a `transform` that computes the same.
 * @param {number} rounds
 */
export async function measureCode(rounds) {
  const { code } = await built('apps/executor/dist/steps/code.step.js');
  const { transform } = await built('apps/executor/dist/steps/transform.step.js');
  const { CodeThreads } = await built('apps/executor/dist/code/code-threads.js');
  const threads = new CodeThreads();
  try {
    const source = 'return Array.from({ length: input }, (_, n) => n * 2)';
    const evaluateCode = code({ threads }).compile({ source, input: '{{input.n}}' });
    const evaluateText = transform.compile({ output: '{{range(0, input.n).map(n => n * 2)}}' });
    const byCode = () => evaluateCode(SCOPE, { now: 0 })(anEffectCall());
    const byText = async () => evaluateText(SCOPE, { now: 0 });
    const [one, other] = [JSON.stringify(await byCode()), JSON.stringify(await byText())];
    if (one !== other) throw new Error(`They compute different things: ${one} and ${other}`);
    const times = { code: /** @type {number[]} */ ([]), transform: /** @type {number[]} */ ([]) };
    for (let round = 0; round < rounds; round++) {
      times.transform.push(...(await timesOf(byText)));
      times.code.push(...(await timesOf(byCode)));
    }
    const rows = Object.entries(times).map(([name, all]) => {
      const sorted = all.sort((a, b) => a - b);
      return { name, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
    });
    console.log(
      table(
        ['', 'p50 ms', 'p99 ms'],
        rows.map(({ name, p50, p99 }) => [name, p50.toFixed(3), p99.toFixed(3)]),
      ),
    );
    const [ofCode, ofText] = rows;
    if (ofCode === undefined || ofText === undefined) return;
    verdict(
      ofCode.p50 <= WARM_BUDGET_MS,
      `a code step takes ${ofCode.p50.toFixed(2)} ms in a warm thread, wanted ${WARM_BUDGET_MS} ms; ${(ofCode.p50 / ofText.p50).toFixed(0)} × a transform; median of ${rounds * RUNS} runs`,
    );
  } finally {
    await threads.close();
  }
}

/** Milliseconds of each of some runs, one after the other. @param {() => Promise<unknown>} run */
async function timesOf(run) {
  const times = [];
  for (let count = 0; count < RUNS; count++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return times;
}
