import type { WorkflowSchedule } from '../workflows/workflow.schema.js';
import { scheduleTrigger } from './schedule.trigger.js';

const LONG_AGO = new Date('2026-01-01T00:00:00Z');

/** A schedule as it was stored: "a" is one that goes on, "a!" is one that is paused. */
function stored(text: string): WorkflowSchedule {
  return { config: configOf(text), paused: text.endsWith('!'), since: LONG_AGO };
}

function configOf(text: string): string {
  return JSON.stringify({ interval: text.replace('!', '') });
}

/** What becomes of schedules when a workflow is saved; `=` says of one that it has not begun anew. */
async function saved(before: readonly string[], after: readonly string[]): Promise<string[]> {
  const none = () => Promise.resolve(null);
  const { assign } = scheduleTrigger({
    workflows: { countSchedules: () => Promise.resolve(0) },
    snapshots: { get: none, put: () => Promise.resolve(), delete: () => Promise.resolve() },
    schedulesPerOrganisation: 10,
  });
  const triggers = after.map((interval) => ({ type: 'schedule', config: { interval } }));
  const former = { triggers: [], fields: { webhooks: [], schedules: before.map(stored) } };
  const fields = await assign?.({ organisationId: 'org_1', workflowId: 'wf_1', document: {}, triggers, former });
  return (fields?.schedules ?? []).map(({ config, paused, since }) => {
    const { interval } = JSON.parse(config) as { interval: string };
    return `${interval}${paused ? '!' : ''}${since === LONG_AGO ? '=' : ''}`;
  });
}

it.each([
  ['nothing has changed', ['1h', '2h!'], ['1h', '2h'], ['1h=', '2h!=']],
  ['the paused one before it is deleted', ['1h!', '2h'], ['2h'], ['2h']],
  ['the one before it is deleted and it is paused', ['1h', '2h!'], ['2h'], ['2h!']],
  ['one is put in front', ['1h!', '2h'], ['5m', '1h', '2h'], ['5m', '1h!', '2h']],
  ['two change places', ['1h!', '2h'], ['2h', '1h'], ['2h', '1h!']],
  ['one that is paused is changed', ['1h!', '2h'], ['5m', '2h'], ['5m!', '2h=']],
  ['one is changed and one deleted', ['1h!', '2h'], ['5m'], ['5m']],
  ['equal ones are paused one by one', ['1h', '1h!'], ['5m', '1h', '1h'], ['5m', '1h!=', '1h']],
])('a pause stays with its schedule when %s', async (_when, before, after, expected) => {
  expect(await saved(before, after)).toEqual(expected);
});
