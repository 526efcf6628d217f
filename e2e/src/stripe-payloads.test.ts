import { createHmac, randomBytes } from 'node:crypto';
import { ApiClient } from './support/api.js';
import { inParallel } from './support/eventually.js';
import { anOrganisation } from './support/organisations.js';
import { stripeDeliveries } from './support/stripe-deliveries.js';

/* Stripe's resources in events as it signs and repeats them. */

const SECRET = `whsec_${randomBytes(24).toString('hex')}`;
/** Of so many deliveries one comes twice, at the same time. */
const ONE_OF = 3;

const document = {
  name: 'Every resource of Stripe',
  trigger: { type: 'webhook', config: { signature: { scheme: 'stripe', secret: '{{secrets.stripe}}' } } },
  steps: [
    {
      id: 'about',
      type: 'transform',
      config: {
        output: '{{input.type}}: {{input.data.object.object ?? "nothing"}} {{input.data.object.id ?? "without an id"}}',
      },
    },
  ],
  output: '{{about.output}}',
};

function signed(body: string, secret: string): Record<string, string> {
  const time = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` };
}

it('every event becomes one execution with exactly that input, however often it comes; a forged one becomes none', async () => {
  // An organisation of its own: others have their part of the calls a minute.
  const api = new ApiClient((await anOrganisation()).token);
  await api.expect(200, 'PUT', '/secrets/stripe', { json: { value: SECRET } });
  const workflow = await api.create(document);
  const path = ApiClient.webhookPath(workflow);
  const events = stripeDeliveries();
  // A data set that came apart would make the test pass with nothing.
  expect(events.length).toBeGreaterThan(100);

  const deliver = (event: object, secret = SECRET) => {
    const raw = JSON.stringify(event);
    return api.call<{ execution_id: string }>('POST', path, { raw, headers: signed(raw, secret) });
  };
  const accepted = await inParallel(events, 4, async (event) => {
    const index = events.indexOf(event);
    const answers = await Promise.all(index % ONE_OF === 0 ? [deliver(event), deliver(event)] : [deliver(event)]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    const ids = new Set(answers.map(({ body }) => body.execution_id));
    expect([event.type, ids.size]).toEqual([event.type, 1]);
    return [...ids][0] as string;
  });
  expect(new Set(accepted).size).toBe(events.length);
  expect((await deliver({ ...events[0], id: 'evt_forged' }, 'whsec_of_somebody_else')).status).toBe(401);

  await inParallel(accepted, 4, async (id) => {
    const { status, input, output } = await api.ended(id);
    const event = events[accepted.indexOf(id)]!;
    const { object = 'nothing', id: of = 'without an id' } = event.data.object as { object?: string; id?: string };
    expect({ status, input, output }).toEqual({
      status: 'completed',
      input: event,
      output: `${event.type}: ${object} ${of}`,
    });
  });
  const { body } = await api.call<{ count: number }>('GET', `/executions/count?workflow_id=${workflow.id}`);
  expect(body.count).toBe(events.length);
});
