import { derivedId } from '@millrace/contracts';
import type { MailboxCursorRecord } from './mailbox-cursor.schema.js';
import { healthOf } from './mailbox-health.js';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const record = (more: Partial<MailboxCursorRecord>): MailboxCursorRecord => ({
  _id: 'mbx_1',
  organisation_id: 'org_1',
  holder: 'a',
  until: new Date(NOW + 1_000),
  fence: 1,
  folder: null,
  uid_validity: null,
  last_uid: 0,
  began_after: null,
  repeated_until: 0,
  connected: true,
  refused_logins: 0,
  stopped: null,
  last_poll_at: new Date(NOW - 10_000),
  last_message_at: null,
  error: null,
  ...more,
});
const health = (more: Partial<MailboxCursorRecord>) => healthOf(record(more), NOW, 60_000);

it('is healthy when it was looked at lately, and starting when it never was', () => {
  expect(health({})).toMatchObject({ state: 'healthy', connected: true, lag_seconds: 10, error: null });
  expect(health({ last_poll_at: null })).toMatchObject({ state: 'starting', lag_seconds: null });
});

it('is unhealthy after three intervals of silence, whatever its connection says', () => {
  const silent = health({ last_poll_at: new Date(NOW - 181_000), connected: true });
  expect(silent).toMatchObject({ state: 'unhealthy', error: expect.stringMatching(/nothing has come/) as string });
  const left = health({ last_poll_at: new Date(NOW - 181_000), until: new Date(NOW - 1) });
  expect(left).toMatchObject({ state: 'unhealthy', error: expect.stringMatching(/no process/) as string });
});

it('is unhealthy when it was never looked at, three intervals after it was set up', () => {
  const setUp = (at: number) => derivedId('mailbox', at, ['org_1', 'test']);
  const never = { last_poll_at: null, connected: false };
  expect(health({ _id: setUp(NOW - 179_000), ...never })).toMatchObject({ state: 'starting', error: null });
  const silent = health({ _id: setUp(NOW - 181_000), ...never });
  expect(silent).toMatchObject({ state: 'unhealthy', lag_seconds: null, error: expect.any(String) as string });
});

it('says what is wrong', () => {
  expect(health({ error: 'x' })).toMatchObject({ state: 'unhealthy', error: 'x' });
  expect(health({ stopped: 'f', error: 'x' })).toMatchObject({ state: 'stopped', error: 'x' });
});

it('is not connected by a process whose lease has run out', () => {
  expect(health({ until: new Date(NOW - 1) }).connected).toBe(false);
});
