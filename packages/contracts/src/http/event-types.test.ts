import {
  canGetEvents,
  EVENT_TYPES,
  eventSubscriptionPatchSchema,
  eventSubscriptionRequestSchema,
} from './event-subscriptions.js';

const url = 'https://example.com/hooks';
const problemOf = (event: unknown) =>
  eventSubscriptionRequestSchema.safeParse({ url, events: ['execution.failed', event] }).error?.issues[0];

it('a type that there is none of is refused, with the nearest one and all that there are', () => {
  const all = `The types are ${EVENT_TYPES.join(', ')}`;
  expect(problemOf('execution.complete')).toMatchObject({
    path: ['events', 1],
    message: `is no type of event. Did you mean "execution.completed"? ${all}`,
  });
  for (const other of ['nothing like it', 'nothing.*', 'subscription.test', 4, null])
    expect(problemOf(other)?.message).toBe(`is no type of event. ${all}`);
  expect(eventSubscriptionPatchSchema.safeParse({ events: ['mailbox.unhealty'] }).error?.issues[0]?.message).toContain(
    'Did you mean "mailbox.unhealthy"?',
  );
});

it('what would stand for several types is refused, with those to name', () => {
  for (const several of ['schedule.*', 'schedule.', 'schedule'])
    expect(problemOf(several)).toMatchObject({
      path: ['events', 1],
      message: 'is no type of event: name each that you want of schedule.missed, schedule.skipped, schedule.refused',
    });
  expect(problemOf('*')?.message).toBe(
    `is no type of event: name each that you want. The types are ${EVENT_TYPES.join(', ')}`,
  );
});

it('a subscription to one workflow can get what belongs to workflows, among whatever else', () => {
  expect(canGetEvents(['credits.low', 'mailbox.recovered'], 'wf_x')).toBe(false);
  expect(canGetEvents(['credits.low', 'mailbox.recovered'], null)).toBe(true);
  expect(canGetEvents(['credits.low', 'webhook.refused'], 'wf_x')).toBe(true);
  // Only a later release knows what it is about.
  expect(canGetEvents(['later.event'], 'wf_x')).toBe(true);
});
