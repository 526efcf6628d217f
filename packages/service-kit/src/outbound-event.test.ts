import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_TYPES, newId, TEST_EVENT } from '@millrace/contracts';
import { documentedEvent, type DocumentedEvent } from '@millrace/testing';
import { eventOfExecution, eventOfOccurrence } from './outbound-event.js';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');

const finished = {
  execution_id: newId('execution'),
  organisation_id: newId('organisation'),
  workflow_id: newId('workflow'),
  version: 1,
  status: 'completed' as const,
  started_at: '2026-11-27T09:00:00.000Z',
  completed_at: '2026-11-27T09:00:01.000Z',
  duration_ms: 1_000,
};

it('notifies subscribers of the end of an execution, and of none that only tried something', () => {
  expect(eventOfExecution(finished)).toMatchObject({ type: 'execution.completed' });
  expect(eventOfExecution({ ...finished, test: true })).toBeNull();
});

it.each([
  ['completed', undefined],
  ['failed', { code: 'STEP_FAILED', message: 'It failed', details: { step: 'a' } }],
  ['cancelled', undefined],
] as const)('announces the end of an execution in the form of the page: %s', (status, error) => {
  const event = eventOfExecution({ ...finished, status, ...(error === undefined ? {} : { error }) });
  const { type, data } = JSON.parse(event?.body ?? '{}') as DocumentedEvent;
  const { data: documented } = documentedEvent(page, `execution.${status}`);
  expect(type).toBe(`execution.${status}`);
  expect(Object.keys(data)).toEqual(Object.keys(documented));
  expect(Object.keys(Object(data.error))).toEqual(Object.keys(Object(documented.error)));
});

it('leaves out the subscription that an event says is disabled, and of no other event any', () => {
  const told = (type: string) =>
    eventOfOccurrence({
      ...{ event_id: newId('event'), organisation_id: 'org_a', workflow_id: null, type },
      ...{ at: finished.completed_at, data: { subscription_id: 'sub_1' } },
    });
  expect(told('subscription.disabled')?.except).toBe('sub_1');
  expect(told('webhook.refused')?.except).toBeUndefined();
});

it('the page has a row and an example of every type of events, with the type in it', () => {
  const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z_]+)` /gm)].map(([, type]) => type);
  expect([...rows].sort()).toEqual([...EVENT_TYPES, TEST_EVENT].sort());
  for (const type of EVENT_TYPES) expect(documentedEvent(page, type).type).toBe(type);
});
