import { LIMITS } from '@millrace/contracts';
import { ApiClient } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { chosen, generatedCalls, schemathesisPython, type AnsweredCalls } from '../support/generated-calls.js';
import { houseAccount } from '../support/mail-house.js';
import { readEndpoints } from '../support/platform.js';
import {
  aMailbox,
  aSubscription,
  aSuspendedOrganisation,
  aToken,
  aWorkflow,
  PAUSES_ALL,
  Scene,
  webhookOf,
} from './scene.js';

/*
 * Schemathesis makes calls up from `/openapi.json`: what the document allows, what it just does not, and what is far from it. No answer is a
 * failure of ours, or one that the document does not have.
 *
 * The long set may be done in several goes: MILLRACE_E2E_OPERATIONS is a part of the operations (`2/6`, the second of six), or names of some
 * (`getExecution,listJobs`).
 */

const IS_LONG = process.env['MILLRACE_E2E_LONG'] !== undefined;
/** Of each operation at most. */
const CASES = Number(process.env['MILLRACE_E2E_CASES'] ?? (IS_LONG ? 1_000 : 6));
/** The operator may make 1,000 calls in a minute. */
const OPERATORS_CALLS = 900;
const THROWN_AWAY = 20;

/** As the document has it. */
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: unknown;
}

interface Operation {
  readonly id: string;
  readonly path: string;
  /** Whether its calls can differ from each other. */
  readonly takesSomething: boolean;
}

jest.setTimeout(IS_LONG ? 170 * 60_000 : 15 * 60_000);

let python: string;
let operations: readonly Operation[];

beforeAll(async () => {
  python = await schemathesisPython();
  const root = new ApiClient(null, new URL(readEndpoints().api_url).origin);
  const { paths } = (await root.call<{ paths: Record<string, Record<string, Described>> }>('GET', '/openapi.json'))
    .body;
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map(({ operationId, parameters = [], requestBody }) => ({
      id: operationId,
      path,
      takesSomething: parameters.length > 0 || requestBody !== undefined,
    })),
  );
  operations = chosen(all, process.env['MILLRACE_E2E_OPERATIONS']);
});

/** One after the other: those that are kept in one document wait for each other, and on a busy machine for too long. */
async function times<Made>(make: () => Promise<Made>, count = THROWN_AWAY): Promise<Made[]> {
  const made: Made[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

/** What is in the paths of an organisation's calls. What is edited may become any workflow; what runs is another one. */
async function idsOf({ api, ids, untouched }: Scene) {
  const runs = { workflow_id: untouched.id };
  return {
    '*': { version: '1', index: '0', path: 'each', ...ids },
    ...Object.fromEntries(OF_WHAT_RUNS.map((id) => [id, runs])),
    ...Object.fromEntries(await Promise.all(WEBHOOK_METHODS.map((method) => webhookTaking(api, method)))),
    testWebhook: (await webhookTaking(api, 'Post'))[1],
    testMailSender: { sender_name: await untouchedSender(api) },
    rotateWebhookUrl: await rotatable(api),
    rotateWebhookSecret: await signed(api),
    ...(await underWay(api)),
    deleteWorkflow: { workflow_id: (await times(() => aWorkflow(api))).map(idOf) },
    deleteMailbox: { mailbox_id: (await times(() => aMailbox(api))).map(idOf) },
    deleteEventSubscription: {
      subscription_id: (await times(() => aSubscription(api), LIMITS.eventSubscriptionsPerOrganisation / 2)).map(idOf),
    },
    revokeToken: { token_id: (await times(() => aToken(api))).map(idOf) },
  };
}

/** Each is an operation of its own. */
const WEBHOOK_METHODS = ['Get', 'Post', 'Put', 'Patch', 'Delete'];

async function webhookTaking(api: ApiClient, method: string): Promise<[string, { webhook_id: string }]> {
  const trigger = { type: 'webhook', config: { method: method.toUpperCase() } };
  return [`receiveWebhookBy${method}`, { webhook_id: webhookOf(await aWorkflow(api, [trigger])) }];
}

/** One that no other call changes or deletes. */
async function untouchedSender(api: ApiClient): Promise<string> {
  await api.expect(200, 'PUT', '/mail/senders/untouched', { json: houseAccount() });
  return 'untouched';
}

/** One that loses its address with the first call that goes well. */
async function rotatable(api: ApiClient): Promise<{ workflow_id: string; webhook_id: string }> {
  const workflow = await aWorkflow(api);
  return { workflow_id: workflow.id, webhook_id: webhookOf(workflow) };
}

/** One whose calls are signed by a secret. */
async function signed(api: ApiClient): Promise<{ workflow_id: string; webhook_id: string }> {
  await api.expect(200, 'PUT', '/secrets/signing', { json: { value: 'correct-horse-battery' } });
  const signature = { scheme: 'github', secret: '{{secrets.signing}}' };
  const workflow = await aWorkflow(api, [{ type: 'webhook', config: { signature } }]);
  return { workflow_id: workflow.id, webhook_id: webhookOf(workflow) };
}

const PAUSE = { id: 'pause', type: 'wait', config: { duration: '1h' } };
const FAILS = { id: 'end', type: 'stop', config: { status: 'failed', message: 'no' } };

/** For calls that go well with an execution that has not ended, that is paused, or that has failed. */
async function underWay(api: ApiClient) {
  const [waits, fails] = [
    await api.create({ name: 'Waits', steps: [PAUSE] }),
    await api.create({ name: 'Fails', steps: [FAILS] }),
  ];
  const waiting = async () => {
    const { id } = await api.execute(waits.id);
    await eventually('it waits', async () => (await api.execution(id)).status === 'waiting' || undefined);
    return id;
  };
  const paused = await waiting();
  const { id: failed } = await api.ended((await api.execute(fails.id)).id);
  await api.expect(200, 'POST', `/executions/${paused}/pause`, { json: {} });
  return {
    cancelExecution: { execution_id: await times(waiting, 5) },
    pauseExecution: { execution_id: await waiting() },
    resumeExecution: { execution_id: paused },
    signalExecution: { execution_id: await waiting() },
    retryExecution: { execution_id: failed },
    // The workflow that is edited may be paused by then.
    replayExecution: { execution_id: failed },
  };
}

const OF_WHAT_RUNS = [
  ...['executeWorkflow', 'getExecutionOfWorkflow', 'listExecutionsOfWorkflow', 'listSchedulesOfWorkflow'],
  ...['triggerSchedule', 'pauseSchedule', 'resumeSchedule', 'backfillSchedule'],
];

/** The operations of which no call went well: whatever is behind their first checks was not reached. */
function unreached(called: AnsweredCalls, of: readonly { readonly id: string }[]): [string, object][] {
  return of.flatMap(({ id }) => {
    const statuses = called[id] ?? {};
    return Object.keys(statuses).some((status) => status.startsWith('2')) ? [] : [[id, statuses]];
  });
}

/** Goes well with the name of a model that the provider has, which nobody makes up; `openapi.test.ts` calls it. */
const NEEDS_A_MODEL = 'testAiProvider';

/** Goes well with a job that has not ended, and those that are made up have nothing to do. */
const NEEDS_A_LONG_JOB = 'cancelJob';

/** The operations of which fewer calls were made than were asked for, and how many. */
function calledLess(called: AnsweredCalls, of: readonly Operation[]): [string, number][] {
  return of
    .filter(({ takesSomething }) => takesSomething)
    .map(({ id }): [string, number] => [id, Object.values(called[id] ?? {}).reduce((sum, count) => sum + count, 0)])
    .filter(([, count]) => count < CASES);
}

/** Go well with a dead letter, which nobody makes up. */
const NEEDS_A_DEAD_LETTER = ['getDeadLetter', 'requeueDeadLetter', 'discardDeadLetter'];

const isOperators = ({ path }: { readonly path: string }) => /^\/v1\/(?:organisations|dead-letters|system)/.test(path);
/** One of them never ends. */
const isStream = ({ path }: { readonly path: string }) => /\/(?:events|listen)$/.test(path);
/** Of as few calls as others get, none of those that are made up goes well. */
const goesWellSeldom = ({ id }: { readonly id: string }) => id === 'testMailSender';
const idOf = ({ id }: { readonly id: string }) => id;

it('whatever an organisation calls, the answer is one that the document has', async () => {
  const scene = await Scene.open();
  const own = operations.filter((one) => !isOperators(one) && !isStream(one));
  const campaign = { token: scene.organisation.token, ids: await idsOf(scene), repeatable: !IS_LONG };
  const [seldom, others] = [own.filter(goesWellSeldom), own.filter((one) => !goesWellSeldom(one))];
  const called = {
    ...(await generatedCalls(python, { ...campaign, operations: others.map(idOf), cases: CASES })),
    ...(await generatedCalls(python, { ...campaign, operations: seldom.map(idOf), cases: 2 * CASES })),
  };
  await scene.close();
  expect(unreached(called, own).filter(([id]) => ![NEEDS_A_MODEL, NEEDS_A_LONG_JOB].includes(id))).toEqual([]);
  expect(calledLess(called, own)).toEqual([]);
});

it('whatever the operator calls, the answer is one that the document has', async () => {
  const ids = {
    '*': { organisation_id: (await aSuspendedOrganisation()).id },
    // Of which nobody takes the balance away.
    addOrganisationCredits: { organisation_id: [(await aSuspendedOrganisation()).id] },
    deleteOrganisation: { organisation_id: (await times(aSuspendedOrganisation)).map(idOf) },
  };
  // Nothing would start for the tests that come after it.
  const operators = operations.filter((one) => isOperators(one) && one.id !== PAUSES_ALL);
  const called = await generatedCalls(python, {
    token: readEndpoints().operator_token,
    ids,
    operations: operators.map(idOf),
    cases: CASES,
    repeatable: !IS_LONG,
    perMinute: OPERATORS_CALLS,
  });
  expect(unreached(called, operators).filter(([id]) => !NEEDS_A_DEAD_LETTER.includes(id))).toEqual([]);
  expect(calledLess(called, operators)).toEqual([]);
});
