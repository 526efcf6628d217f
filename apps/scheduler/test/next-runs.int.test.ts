import { ListNextRuns, newId } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { Fixture, type Published } from './scheduler.fixture.js';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

let fixture: Fixture;

beforeEach(async () => {
  fixture = await Fixture.open();
});
afterEach(() => fixture.close());

const nextOf = async (organisation_id: string, ...workflows: Published[]) => {
  const workflow_ids = workflows.map(({ workflow_id }) => workflow_id);
  return (await fixture.bus.request(ListNextRuns, { organisation_id, workflow_ids })).next;
};

test('the next run of a workflow is the first of its schedules that start, and moves on with the clock', async () => {
  const own = { organisation_id: newId('organisation') };
  const aWorkflow = (): Published => ({ ...own, workflow_id: newId('workflow') });
  // Noon of a day that is over: no time is due while the test runs.
  const noon = Math.floor(Date.now() / DAY) * DAY - DAY / 2;
  fixture.clockShift = noon - Date.now();
  await fixture.start();
  const [two, paused, inactive, ended, foreign] = await Promise.all([
    fixture.publish([{ cron: '0 18 * * *' }, { cron: '0 15 * * *' }], {}, aWorkflow()),
    fixture.publish([{ cron: '0 15 * * *' }], { paused: true }, aWorkflow()),
    fixture.publish([{ cron: '0 15 * * *' }], { active: false }, aWorkflow()),
    fixture.publish([{ cron: '0 15 * * *', end_at: new Date(noon + HOUR).toISOString() }], {}, aWorkflow()),
    fixture.publish([{ cron: '0 15 * * *' }]),
  ]);
  const next = () => nextOf(own.organisation_id, two, paused, inactive, ended, foreign);
  await waitUntil('the schedules to be known', async () => Object.keys(await next()).length > 0);
  await waitUntil('the last of them to be known', async () => foreign.workflow_id in (await nextOf(foreign.organisation_id, foreign))); // prettier-ignore
  expect(await next()).toEqual({ [two.workflow_id]: new Date(noon + 3 * HOUR).toISOString() });
  fixture.clockShift += 4 * HOUR;
  expect(await next()).toEqual({ [two.workflow_id]: new Date(noon + 6 * HOUR).toISOString() });
  fixture.clockShift += 4 * HOUR;
  expect(await next()).toEqual({ [two.workflow_id]: new Date(noon + DAY + 3 * HOUR).toISOString() });
});
