import type { EventTeller } from '@millrace/service-kit/event-teller';
import { cursorSince, withUntold, type Note } from './cursor.js';
import { ScheduleEvents } from './schedule-events.js';

const AT = Date.parse('2026-11-29T09:00:00.000Z');
const address = { organisation_id: 'org_1', workflow_id: 'wf_1', index: 0 };

test('a note that only a newer version knows stays for one to announce, and keeps no other from being announced', async () => {
  const told: string[] = [];
  const teller: Pick<EventTeller, 'mayWant' | 'tellSoon'> = {
    mayWant: () => Promise.resolve(true),
    tellSoon: ({ type }) => Promise.resolve(void told.push(type)),
  };
  const warn = jest.fn();
  const events = new ScheduleEvents(teller as EventTeller, { warn });
  const times = { first_at: AT, last_at: AT, count: 1, more: false, code: null };
  const began = cursorSince(address, { since: new Date(AT).toISOString(), now: AT }, null);
  const newer = withUntold(began, { ...times, outcome: 'put_off' as Note['outcome'] }, AT);

  expect(await events.tell(newer)).toBe(false);
  expect(await events.tell(withUntold(began, { ...times, outcome: 'missed' }, AT))).toBe(true);
  expect(told).toEqual(['schedule.missed']);
  expect(warn).not.toHaveBeenCalled();
});

test('what two schedules of a workflow miss at the same times is announced of each', async () => {
  const sources: (readonly string[])[] = [];
  const tellSoon: EventTeller['tellSoon'] = ({ source, data }) =>
    Promise.resolve(void sources.push([...source, String(data.index)]));
  const events = new ScheduleEvents({ tellSoon } as Partial<EventTeller> as EventTeller, { warn: jest.fn() });
  const missed = { first_at: AT, last_at: AT, count: 1, more: false, code: null, outcome: 'missed' } as const;
  for (const index of [0, 1]) {
    const began = cursorSince({ ...address, index }, { since: new Date(AT).toISOString(), now: AT }, null);
    // What is not known to be announced is announced again, as the same event.
    for (const decided of [AT, AT + 1]) await events.tell(withUntold(began, missed, decided));
  }
  const at = new Date(AT).toISOString();
  expect(sources).toEqual([0, 0, 1, 1].map((index) => ['wf_1', String(index), at, at, String(index)]));
});
