import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { printTable } from '../src/print.mjs';

const SECRET = 'stripe_signing_secret';

/** About resources that Stripe publishes. @type {any[]} */
const events = JSON.parse(readFileSync(new URL('./events.json', import.meta.url), 'utf8'));

/**
 * Delivers every event twice, as Stripe does when it got no answer, and one with the signature of somebody else.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, collector: import('../src/collector.mjs').Collector }} run
 */
export async function feed({ api, workflow, collector }) {
  // As if it came from the dashboard of Stripe. Another run has another one, and is another sender to the platform.
  const secret = `whsec_${randomBytes(24).toString('hex')}`;
  await api.call('PUT', `/secrets/${SECRET}`, { value: secret });
  const run = randomBytes(6).toString('hex');
  /** @type {Map<number, number>} */
  const statuses = new Map();
  /** @type {Set<string>} */
  const executions = new Set();
  for (const event of events.flatMap((one) => [one, one])) {
    const { status, body } = await deliver(workflow.trigger.config.url, { ...event, id: `${event.id}${run}` }, secret);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 202) executions.add(body.execution_id);
  }
  const forged = await deliver(workflow.trigger.config.url, events[0], 'whsec_of_somebody_else');
  const ended = await Promise.all([...executions].map((id) => api.ended(id)));
  const completed = ended.filter(({ status }) => status === 'completed').length;
  console.log(`${2 * events.length} deliveries of ${events.length} events, ${statuses.get(202) ?? 0} accepted`);
  console.log(`${executions.size} executions, ${completed} completed`);
  console.log(`With a forged signature: ${forged.status} ${forged.body.error?.code}\n`);
  const ledger = collector.taken.get('/ledger') ?? [];
  printTable(
    ['about', 'amount', 'currency', 'text'],
    ledger
      .sort((a, b) => a.event.localeCompare(b.event))
      .map(({ about, amount, currency, text }) => [about, amount.toFixed(2), currency, text]),
  );
  for (const { about, amount, due } of collector.taken.get('/reminders') ?? [])
    console.log(`\nTo be answered until ${due}: the dispute about ${amount.toFixed(2)} of ${about}`);
  if (completed !== events.length) process.exitCode = 1;
}

/**
 * Signs as Stripe does: time and body, by HMAC-SHA256.
 *
 * @param {string} url
 * @param {object} event
 * @param {string} secret
 * @returns {Promise<{ status: number, body: any }>}
 */
async function deliver(url, event, secret) {
  const body = JSON.stringify(event);
  const time = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return { status: answer.status, body: await answer.json() };
}
