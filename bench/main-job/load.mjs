import { Agent, request } from 'undici';
import { percentile } from '../lib/percentile.mjs';

/** How long an accepted execution may take to be recorded before the run is called broken. */
const RECORD_TIMEOUT_MS = 30_000;

/**
 * Waits for executions to be recorded: history publishes ExecutionFinished after its write.
 * @param {import('@nats-io/transport-node').NatsConnection} connection
 */
export function watchFinished(connection) {
  /** @type {Map<string, (event: { status: string }) => void>} */
  const waiting = new Map();
  /** @type {Map<string, { status: string }>} */
  const early = new Map();
  connection.subscribe('events.*.execution_finished', {
    callback: (_error, message) => {
      const event = message.json();
      const resolve = waiting.get(event.execution_id);
      if (!resolve) early.set(event.execution_id, event);
      else {
        waiting.delete(event.execution_id);
        resolve(event);
      }
    },
  });
  return {
    /** @param {string} executionId @returns {Promise<{ status: string }>} */
    finished(executionId) {
      const event = early.get(executionId);
      if (event) {
        early.delete(executionId);
        return Promise.resolve(event);
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${executionId} was not recorded within ${RECORD_TIMEOUT_MS} ms`)),
          RECORD_TIMEOUT_MS,
        );
        waiting.set(executionId, (finished) => {
          clearTimeout(timer);
          resolve(finished);
        });
      });
    },
  };
}

/**
 * Closed loop: every caller sends a webhook call, waits until its execution is recorded, and sends the next.
 * @param {{ url: string, body: string, callers: number, seconds: number, watcher: ReturnType<typeof watchFinished> }} options
 */
export async function drive({ url, body, callers, seconds, watcher }) {
  const agent = new Agent({ connections: callers, pipelining: 1 });
  /** @type {number[]} */
  const accepted = [];
  /** @type {number[]} */
  const recorded = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      const sent = performance.now();
      const response = await request(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
        dispatcher: agent,
      });
      /** @type {any} */
      const answer = await response.body.json();
      if (response.statusCode !== 202)
        throw new Error(`The webhook returned ${response.statusCode}: ${JSON.stringify(answer)}`);
      accepted.push(performance.now() - sent);
      const { status } = await watcher.finished(answer.execution_id);
      if (status !== 'completed') throw new Error(`${answer.execution_id} ended as ${status}`);
      recorded.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsedSeconds = (performance.now() - start) / 1000;
  await agent.close();
  accepted.sort((a, b) => a - b);
  recorded.sort((a, b) => a - b);
  return {
    executions: recorded.length,
    perSecond: recorded.length / elapsedSeconds,
    acceptedP50: percentile(accepted, 0.5),
    acceptedP99: percentile(accepted, 0.99),
    recordedP50: percentile(recorded, 0.5),
    recordedP99: percentile(recorded, 0.99),
  };
}

/** One call in so many goes to the bare server as well. */
const BARE_EVERY = 4;
/** Calls of the first second make connections, and are not counted. */
const WARM_UP_MS = 1_000;

/**
 * Open loop: calls are sent at a steady rate, whether earlier ones have a response or not, and nobody waits for their executions. So what the platform
 * is late with is in the figures of the calls behind it. Beside them a server that only sends back what it gets is called in the same way: what a call
 * takes on a machine that is as busy.
 * @param {{ url: string, bareUrl: string, body: string, perSecond: number, seconds: number }} options
 */
export async function pace({ url, bareUrl, body, perSecond, seconds }) {
  const agent = new Agent({ connections: 64, pipelining: 1 });
  const headers = { 'content-type': 'application/json' };
  const start = performance.now();
  /** @type {Record<'accepted' | 'bare', number[]>} */
  const taken = { accepted: [], bare: [] };
  /** @param {string} to @param {number} status @param {number} due @param {number[]} times */
  const send = async (to, status, due, times) => {
    const response = await request(to, { method: 'POST', body, headers, dispatcher: agent });
    await response.body.dump();
    if (response.statusCode !== status) throw new Error(`${to} returned ${response.statusCode}`);
    if (due - start >= WARM_UP_MS) times.push(performance.now() - due);
  };
  const calls = Math.round(perSecond * (seconds + WARM_UP_MS / 1000));
  /** @type {Promise<void>[]} */
  const sent = [];
  for (let call = 0; call < calls;) {
    for (; call < calls && start + (call * 1000) / perSecond <= performance.now(); call++) {
      const due = start + (call * 1000) / perSecond;
      sent.push(send(url, 202, due, taken.accepted));
      if (call % BARE_EVERY === 0) sent.push(send(bareUrl, 200, due, taken.bare));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sent);
  await agent.close();
  const { accepted, bare } = taken;
  for (const times of [accepted, bare]) times.sort((a, b) => a - b);
  return {
    calls: accepted.length,
    acceptedP50: percentile(accepted, 0.5),
    acceptedP99: percentile(accepted, 0.99),
    bareP50: percentile(bare, 0.5),
    bareP99: percentile(bare, 0.99),
  };
}
