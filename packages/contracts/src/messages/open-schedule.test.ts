import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeSchedules, ListSchedules } from '../messages.js';

interface Fixtures {
  readonly requests: { readonly ListSchedules: { readonly answer: { readonly schedules: readonly object[] } } };
}

const fixtures = JSON.parse(readFileSync(join(__dirname, 'fixtures', '0.2.0.json'), 'utf8')) as Fixtures;

test('what a newer scheduler says became of a schedule passes through the gateway', () => {
  const [schedule] = fixtures.requests.ListSchedules.answer.schedules;
  const at = '2026-11-29T09:00:00.000Z';
  const note = { first_at: at, last_at: at, count: 1, more: false, code: null, outcome: 'put_off' };
  const last_run = { scheduled_at: at, execution_id: 'exec_1', outcome: 'asked' };
  const schedules = [{ ...schedule, status: 'sleeping', last_run, notes: [note] }];
  const list = { schedules, next_cursor: null, has_more: false };
  expect(ListSchedules.answer.parse(list)).toEqual(list);
  expect(DescribeSchedules.answer.parse({ schedules })).toEqual({ schedules });
});
