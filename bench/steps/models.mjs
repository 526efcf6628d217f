import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '@millrace/local/table';
import { usageOfTree } from '@millrace/local/usage';
import { median } from './pairs.mjs';
import { startAnswers, startScene } from './scene.mjs';
import { verdict } from '../lib/verdict.mjs';

const AT_ONCE = 200;
/** Long enough that all are under way together. */
const ANSWER_MS = 500;
const PROMPT_BYTES = 20_000;
const BUDGET = 1.1;
/** Until then the heap grows to what it takes for so many at once: V8 collects all of it only when that is worth it. */
const WARM_WAVES = 30;

/**
 * 200 `ai_completion` steps at the same time, wave after wave: whether the memory of their executor stays.
 * @param {number} rounds
 */
export async function measureModels(rounds) {
  const answers = await startAnswers(ANSWER_MS);
  const own = { type: 'openai_compatible', base_url: `http://127.0.0.1:${answers.port}/v1`, api_key: 'sk-1', models: ['m'] }; // prettier-ignore
  const scene = await startScene({
    MILLRACE_AI_PROVIDERS: JSON.stringify({ own }),
    MILLRACE_EXECUTOR_CONCURRENCY: String(AT_ONCE + 20),
    MILLRACE_EXECUTOR_ORGANISATION_SHARE: '1',
  });
  try {
    const steps = [{ id: 'ask', type: 'ai_completion', config: { prompt: '{{input.text}}' } }];
    const input = { text: 'x'.repeat(PROMPT_BYTES) };
    const memory = () => usageOfTree(scene.pid).memoryMb;
    const before = memory();
    const after = [];
    let peak = before;
    for (let wave = -WARM_WAVES; wave < rounds; wave++) {
      const over = scene.run(steps, AT_ONCE, input).then(() => true);
      while (!(await Promise.race([over, sleep(50).then(() => false)]))) peak = Math.max(peak, memory());
      if (wave >= 0) after.push(memory());
    }
    const third = Math.max(1, Math.floor(rounds / 3));
    const [early, late] = [median(after.slice(0, third)), median(after.slice(-third))];
    console.log(
      table(
        ['memory of the executor', 'MB'],
        [
          ['before', before.toFixed(0)],
          [`after ${WARM_WAVES} waves of ${AT_ONCE}: the median of the next ${third}`, early.toFixed(0)],
          [`the median of the last ${third} of ${rounds}`, late.toFixed(0)],
          ['at the most', peak.toFixed(0)],
        ],
      ),
    );
    verdict(late <= early * BUDGET, `${(late / early).toFixed(2)} × after the last waves, wanted ${BUDGET} ×`);
  } finally {
    await scene.stop();
    answers.stop();
  }
}
