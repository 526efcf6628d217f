import { Agent, request } from 'undici';
import { table } from '@millrace/local/table';
import { anEffectCall, SCOPE } from './effect-call.mjs';
import { verdict } from '../lib/verdict.mjs';
import { cpuOf, inPairs } from './pairs.mjs';
import { built, startAnswers } from './scene.mjs';

const CALLS = 4_000;
const CONNECTIONS = 1_000;
const AT_ONCE = 16;
const NO_WAITING = { share: AT_ONCE, most: AT_ONCE };
const STEP_BUDGET = 1.15;

/**
 * An `http` step against bare undici that reads and parses the same answer, and what the guard against internal addresses costs a connection.
 * @param {number} rounds
 */
export async function measureHttp(rounds) {
  const { http } = await built('apps/executor/dist/steps/http.step.js');
  const { OriginTurns } = await built('apps/executor/dist/http/origin-turns.js');
  const { AllowList, SafeHttpClient } = await built('packages/service-kit/dist/safe-http.js');
  const { guardedConnector } = await built('packages/service-kit/dist/safe-http/guarded-connector.js');
  const answers = await startAnswers();
  const allowed = AllowList.parse('127.0.0.1,localhost');
  const client = new SafeHttpClient({ allowed });
  const bare = new Agent();
  const unguarded = new Agent({ connect: { timeout: 5_000 } });
  const guarded = new Agent({ connect: guardedConnector({ allowed, connectTimeoutMs: 5_000 }) });
  try {
    const url = `http://127.0.0.1:${answers.port}/items`;
    const handler = http({ client, userAgent: 'bench', clock: Date, turns: new OriginTurns(NO_WAITING) });
    const attempt = handler.compile({ method: 'GET', url, follow_redirects: true, response: 'auto' });
    const step = () => {
      const run = attempt(SCOPE, { now: 0 });
      const turn = run.admission.ask({ organisationId: 'org_1', id: 'x' });
      return run(anEffectCall()).finally(turn.leave);
    };
    const { body } = await step();
    if (body.items.length !== 20) throw new Error('The step has read another answer');
    const headers = { 'user-agent': 'bench', accept: '*/*' };
    const plain = async () => (await request(url, { dispatcher: bare, headers })).body.json();
    const called = await inPairs(
      rounds,
      () => cpuOf(CALLS, AT_ONCE, plain),
      () => cpuOf(CALLS, AT_ONCE, step),
    );
    // By its name, so that there is an address to be looked up and checked.
    const named = url.replace('127.0.0.1', 'localhost');
    /** @param {Agent} dispatcher */
    const anew = (dispatcher) => async () => (await request(named, { dispatcher, reset: true })).body.dump();
    const connected = await inPairs(
      rounds,
      () => cpuOf(CONNECTIONS, AT_ONCE, anew(unguarded)),
      () => cpuOf(CONNECTIONS, AT_ONCE, anew(guarded)),
    );
    console.log(
      table(
        ['', 'CPU µs each', 'of the line before'],
        [
          ['undici, connection kept', called.bare.toFixed(0), ''],
          ['an http step', called.whole.toFixed(0), `${called.ratio.toFixed(2)} ×`],
          ['a connection without the guard', connected.bare.toFixed(0), ''],
          ['a connection with the guard', connected.whole.toFixed(0), `${connected.ratio.toFixed(2)} ×`],
        ],
      ),
    );
    verdict(
      called.ratio <= STEP_BUDGET,
      `an http step is ${called.ratio.toFixed(2)} × undici, wanted ${STEP_BUDGET} ×; median of ${rounds} pairs of ${CALLS} calls, ${called.least.toFixed(2)} to ${called.most.toFixed(2)}`,
    );
  } finally {
    await Promise.all([client.close(), bare.destroy(), unguarded.destroy(), guarded.destroy()]);
    answers.stop();
  }
}
