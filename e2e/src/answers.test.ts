import type { ExecutionAccepted, ExecutionResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';

/*
 * A workflow that responds to who called it, through all services.
 */

const api = new ApiClient();

interface Triggered {
  readonly id: string;
  readonly trigger: { readonly config: { readonly url: string } };
}

const create = (steps: object[]): Promise<Triggered> =>
  api.create({
    name: 'Answer',
    trigger: { type: 'webhook', config: { respond: 'wait', respond_timeout: '50s' } },
    steps,
  }) as unknown as Promise<Triggered>;
const call = (workflow: Triggered, input: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(workflow.trigger.config.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });

it('responds to the caller of its webhook, and goes on', async () => {
  const workflow = await create([
    {
      id: 'answer',
      type: 'respond',
      config: {
        status: '{{input.status}}',
        content_type: 'text/html',
        headers: { 'X-Of': '{{execution.id}}', 'Set-Cookie': 'session=1' },
        body: '<b>{{input.name}}</b>',
      },
    },
    { id: 'later', type: 'wait', config: { duration: '3s' } },
    { id: 'last', type: 'transform', config: { output: 'done' } },
  ]);
  const response = await call(workflow, { status: 203, name: 'Ada' });
  expect([response.status, await response.text()]).toEqual([203, '<b>Ada</b>']);
  const { headers } = response;
  expect([headers.get('content-type'), headers.get('set-cookie')]).toEqual(['text/html; charset=utf-8', null]);
  expect(headers.get('content-security-policy')).toBe('sandbox allow-scripts allow-forms');
  const ended = await api.ended(headers.get('x-of') ?? '');
  expect(ended).toMatchObject({ status: 'completed', output: 'done' });
});

it('responds to a delivery that comes again as to the first one, and with 202 to one that has only its name', async () => {
  const workflow = await create([
    { id: 'answer', type: 'respond', config: { status: 418, body: { n: '{{input.n}}' } } },
  ]);
  const headers = { 'idempotency-key': `delivery-${workflow.id}` };
  const first = await call(workflow, { n: 1 }, headers);
  const again = await call(workflow, { n: 1 }, headers);
  const other = await call(workflow, { n: 2 }, headers);
  expect([first.status, await first.json()]).toEqual([418, { n: 1 }]);
  expect([again.status, await again.json(), again.headers.get('idempotency-replayed')]).toEqual([
    418,
    { n: 1 },
    'true',
  ]);
  expect([other.status, other.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  const { id } = (await other.json()) as ExecutionAccepted;
  expect(await api.ended(id)).toMatchObject({ status: 'completed' });
});

it('responds with 202 to a call that is accepted when it ends without a response', async () => {
  const workflow = await create([{ id: 'broken', type: 'transform', config: { output: '{{input.a.b.c}}' } }]);
  const response = await call(workflow, {});
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as ExecutionAccepted;
  expect(await api.ended(id)).toMatchObject({ status: 'failed' });
});

it('responds with its output where no step does, and not where one only might', async () => {
  const output = { id: 'last', type: 'transform', config: { output: { hello: '{{input.name}}' } } };
  const maybe = { id: 'maybe', type: 'respond', if: '{{input.say}}', config: { body: 'x' } };
  const answered = await call(await create([output]), { name: 'Ada' });
  expect([answered.status, await answered.json()]).toEqual([200, { hello: 'Ada' }]);
  const accepted = await call(await create([maybe, output]), { name: 'Ada', say: false });
  expect([accepted.status, await accepted.text()]).toEqual([202, expect.not.stringContaining('Ada')]);
});

it('responds to a start that asks for it, and with the execution to one that does not', async () => {
  const workflow = await create([{ id: 'answer', type: 'respond', config: { body: ['{{input}}'] } }]);
  const path = `/workflows/${workflow.id}/execute?wait=50`;
  expect(await api.expect<unknown>(200, 'POST', `${path}&answer=response`, { json: { input: 7 } })).toEqual([7]);
  const execution = await api.expect<ExecutionResource>(200, 'POST', path, { json: { input: 8 } });
  expect(execution).toMatchObject({ status: 'completed', output: { status: 200, headers: {}, body: [8] } });
});

it('responds with every digit of a number', async () => {
  const workflow = await create([{ id: 'answer', type: 'respond', config: { body: '{{input}}' } }]);
  const response = await fetch(workflow.trigger.config.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"n":12345678901234567890.10}',
  });
  expect(await response.text()).toBe('{"n":12345678901234567890.10}');
});
