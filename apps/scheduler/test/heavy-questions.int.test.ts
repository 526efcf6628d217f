import { ListNextRuns, ListSchedules, newId, PreviewSchedule } from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { Fixture } from './scheduler.fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.open();
}, 180_000);
afterAll(() => fixture.close());

test('what has to work out many times waits for the turn of its organisation, and what knows them does not', async () => {
  const app = await fixture.start();
  const turns = jest.spyOn(app.get<NatsBus>(BUS).heavyQuestions, 'enter');
  const organisation_id = newId('organisation');
  await fixture.bus.request(ListSchedules, { organisation_id, limit: 20 });
  expect(turns.mock.calls).toEqual([[organisation_id]]);
  await fixture.bus.request(PreviewSchedule, { organisation_id, schedule: { interval: '1h', count: 5 } });
  expect(turns.mock.calls).toEqual([[organisation_id], [organisation_id]]);
  await fixture.bus.request(ListNextRuns, { organisation_id, workflow_ids: [] });
  expect(turns).toHaveBeenCalledTimes(2);
});
