import { waitOf } from './response-wait.js';

const webhook = { webhook_id: 'wh_1', organisation_id: 'org_1', workflow_id: 'wf_1', method: 'POST' };

it.each([
  [undefined, 30_000],
  [5, 5_000],
  ['250ms', 250],
  ['60s', 60_000],
  // Saving refuses it: of a snapshot from elsewhere no caller is held for longer.
  ['1h', 60_000],
])('the caller of a webhook whose trigger has the time %j waits for %i ms', (respond_timeout, waitMs) => {
  expect(waitOf({ ...webhook, ...(respond_timeout === undefined ? {} : { respond_timeout }) })).toEqual({
    organisationId: 'org_1',
    waitMs,
    respondsWithOutput: false,
  });
});
