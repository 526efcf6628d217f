import { CountExecutions, newId, RecordWorkflowRuns, type RequestDefinition } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { sharedMongo, startNats, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionListsRepository } from '../src/executions/execution-lists.repository.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import { RunReporter } from '../src/stats/run-reporter.js';
import { append, aSubject, createHistory, fiveSteps, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

type Runs = { runs: { organisation_id: string; workflow_id: string; accepted_at: string }[] };

describe('what workflows have done', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let definitions: NatsBus;
  const reports: Runs[] = [];
  let fails = false;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    // Not listening: its upkeep would report too.
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.database.asPromise();
    definitions = await connectBus({ url: nats.url, name: 'definitions', logger: silentLogger });
    const { subject } = RecordWorkflowRuns as RequestDefinition<never, never>;
    definitions.connection.subscribe(subject, {
      callback: (_, message) => {
        if (fails) return;
        reports.push(message.json<Runs>());
        message.respond(JSON.stringify({ recorded: 1 }));
      },
    });
    await definitions.connection.flush();
  });
  beforeEach(() => {
    reports.length = 0;
    fails = false;
  });
  afterAll(async () => {
    await definitions.close();
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const project = async (subject: Subject, events = fiveSteps(subject)) =>
    history.app
      .get(ProjectionService)
      .project([await append(history.bus, subject, events)], { signal: new AbortController().signal });
  const report = () => history.app.get(RunReporter).report(Date.now());
  const workflowsIn = () => reports.flatMap(({ runs }) => runs.map(({ workflow_id }) => workflow_id)).sort();

  it('is reported: when each last ran, once', async () => {
    const [one, two] = [aSubject(), aSubject()];
    await report();
    reports.length = 0;
    for (const subject of [one, one, two]) await project({ ...subject, executionId: newId('execution') });
    expect(await report()).toBe(2);
    expect(workflowsIn()).toEqual([one.workflowId, two.workflowId].sort());
    expect(await report()).toBe(0);
    await project({ ...two, executionId: newId('execution') });
    expect(await report()).toBe(1);
    expect(reports.at(-1)?.runs).toMatchObject([{ organisation_id: two.organisationId, workflow_id: two.workflowId }]);
  });

  it('is reported again when the report was lost', async () => {
    const subject = aSubject();
    await project(subject);
    fails = true;
    await expect(report()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    fails = false;
    expect(await report()).toBe(1);
    expect(workflowsIn()).toEqual([subject.workflowId]);
  });

  it('is read of executions of the organisation alone, whoever may have given an id', async () => {
    const subject = aSubject();
    await project(subject);
    const lists = history.app.get(ExecutionListsRepository);
    const ids = [subject.executionId];
    expect(await lists.ofIds(subject.organisationId, ids)).toMatchObject([{ _id: subject.executionId }]);
    expect(await lists.ofIds('org_of_others', ids)).toEqual([]);
  });

  // Last: the replica that listens reports too.
  it('is shown with the last execution, as it is now', async () => {
    const other = await createHistory({ nats: nats.url, mongo: mongo.url, database: history.database.name });
    try {
      await other.app.listen();
      const subject = aSubject();
      const { organisationId: organisation_id, workflowId } = subject;
      const first = { ...subject, executionId: newId('execution') };
      await append(other.bus, first, fiveSteps(first));
      const running = { ...subject, executionId: newId('execution') };
      await append(other.bus, running, [start(running), httpStep('call', 'step_started')]);
      const ask = (with_last?: boolean) =>
        definitions.request(CountExecutions, { organisation_id, workflow_ids: [workflowId, 'wf_none'], with_last });
      await waitUntil('both to be written', async () => {
        const { counts, last } = await ask(true);
        return counts[workflowId] === 2 && last?.[workflowId]?.id === running.executionId;
      });
      expect(await ask(true)).toEqual({
        counts: { [workflowId]: 2, wf_none: 0 },
        last: {
          [workflowId]: { id: running.executionId, status: 'running', started_at: expect.any(String) as string },
        },
      });
      expect(await ask()).toEqual({ counts: { [workflowId]: 2, wf_none: 0 } });
    } finally {
      await other.app.close();
    }
  });
});
