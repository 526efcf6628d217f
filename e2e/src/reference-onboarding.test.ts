import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { mailHouseUrl, mailsWithId, type HouseMessage } from './support/mail-house.js';
import { referenceSections } from './support/reference.js';

/*
 * The onboarding workflow of the reference, "Create Workflow", to its end: the bodies of its two commands go out as they are
 * printed, byte by byte, and a person can read the e-mail.
 */

const calls = referenceSections('reference-calls.txt');
const api = new ApiClient();
let workflow: WorkflowResource;

/** The body of a command of the reference: what is between the quotation marks behind `-d`. */
function bodyOf(heading: string): string {
  const text = calls.get(heading)?.text ?? '';
  return text.slice(text.indexOf("-d '") + 4, text.lastIndexOf("'"));
}

const JSON_BODY = { 'content-type': 'application/json' };

/** What an execution has sent. */
async function mailsOf(executionId: string): Promise<HouseMessage[]> {
  const execution = await api.ended(executionId);
  expect(execution).toMatchObject({
    status: 'completed',
    steps: [
      { step_id: 'welcome', status: 'completed' },
      { step_id: 'send_email', status: 'completed', output: { accepted: [expect.any(String)], rejected: [] } },
    ],
  });
  const { message_id: messageId } = execution.steps[1]?.output as { message_id: string };
  return mailsWithId(messageId);
}

beforeAll(async () => {
  workflow = await api.expect(201, 'POST', '/workflows', { raw: bodyOf('Create Workflow'), headers: JSON_BODY });
});

it('is the example "onboarding", member by member and in the same order', () => {
  const example = readFileSync(join(__dirname, '../../examples/onboarding/workflow.json'), 'utf8');
  const compact = (text: string): string => JSON.stringify(JSON.parse(text));
  expect(compact(example)).toBe(compact(bodyOf('Create Workflow')));
});

it('started as the reference starts it, it ends as one e-mail to the customer with the welcome message of the model', async () => {
  const started = await api.expect<{ execution_id: string }>(202, 'POST', `/workflows/${workflow.id}/execute`, {
    raw: bodyOf('Execute Workflow'),
    headers: JSON_BODY,
  });
  const mails = await mailsOf(started.execution_id);
  expect(mails).toMatchObject([
    {
      from: expect.stringContaining('no-reply@millrace.local') as string,
      to: ['john@example.com'],
      subject: 'Welcome to Our Service!',
      text: expect.stringMatching(/^Hello John Doe, and welcome!/) as string,
    },
  ]);
  const page = await (await fetch(new URL(`/mail/${mails[0]?.id}`, mailHouseUrl()))).text();
  expect(page).toContain('Hello John Doe, and welcome!');
});

it('started by its webhook it does the same', async () => {
  const started = await api.expect<{ execution_id: string }>(202, 'POST', ApiClient.webhookPath(workflow), {
    json: { customer_name: 'Grace Hopper', customer_email: 'grace@example.com' },
  });
  expect(await mailsOf(started.execution_id)).toMatchObject([
    { to: ['grace@example.com'], text: expect.stringMatching(/^Hello Grace Hopper, and welcome!/) as string },
  ]);
});
